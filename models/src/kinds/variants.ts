import type { DeviceKind } from './types.ts'

/**
 * Variants of a device. A device names one or several joined by `+` (`vsd+waterCooled`); of a group it names none of, the first is meant
 * (a compressor that says nothing is fixed speed and air cooled).
 */
export function variantsOf(kind: DeviceKind, variant: string | null): readonly string[] {
  const named = variant ? variant.split('+') : []
  const implied = (kind.variantGroups ?? []).filter((group) => !group.some((word) => named.includes(word))).map((group) => group[0])
  return [...named, ...implied.filter((word) => word !== undefined)]
}

/** Whether a point, alarm or command exists on a device of this variant. */
export function appliesTo(kind: DeviceKind, definition: { readonly appliesTo?: readonly string[] }, variant: string | null): boolean {
  if (!definition.appliesTo) return true
  const variants = variantsOf(kind, variant)
  return definition.appliesTo.some((word) => variants.includes(word))
}

/** A setting in force: of the device, else the default of its variant, else of its kind. Throws for a name the kind does not have. */
export function configValue(
  kind: DeviceKind,
  name: string,
  variant: string | null = null,
  settings: Readonly<Record<string, number>> = {},
): number {
  const own = settings[name]
  if (own !== undefined) return own
  const definition = kind.config[name]
  if (!definition) throw new Error(`${kind.kind} has no setting '${name}'`)
  const byVariant = definition.byVariant
  if (byVariant) for (const word of variantsOf(kind, variant)) if (byVariant[word] !== undefined) return byVariant[word]
  return definition.default
}
