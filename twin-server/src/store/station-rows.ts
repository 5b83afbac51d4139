import { defaultPolicy, type DeviceConfig, pipesOf, type StationConfig, type StationKind } from '@twin/models/stations'

type Position = NonNullable<StationConfig['position']>
/** What of a station is no field of its record. Absent: as it follows from the rest. */
export type StationRest = Partial<Pick<StationConfig, 'policy' | 'volume' | 'fenceRadius' | 'outline' | 'pipes' | 'energyQuota'>>
export type DeviceRest = Partial<Pick<DeviceConfig, 'placement' | 'settings' | 'texts'>>

/** A row of `station` without its devices. */
export interface StationRow {
  readonly id: string
  readonly org: string
  readonly code: string
  readonly name: string
  readonly nameEn: string | null
  readonly kind: StationKind
  readonly region: string
  readonly address: string | null
  readonly manager: string | null
  readonly site: Position | null
  readonly timeZone: string
  readonly config: StationRest
}
/** A row of `device` as JSON. */
export interface DeviceRow {
  readonly id: string
  readonly kind: string
  readonly variants: readonly string[]
  readonly code: string
  readonly name: string
  readonly ratedPower: number | null
  readonly ratedFlow: number | null
  readonly ratedPressure: number | null
  readonly volume: number | null
  readonly gateway: string | null
  readonly unitGroup: string | null
  readonly customer: string | null
  readonly config: DeviceRest
}

/** Settings and texts of a device that are columns of their own; `gateway` and `group` are texts of the live side. */
const ratings = ['ratedPower', 'ratedFlow', 'ratedPressure', 'volume'] as const
const texts = { gateway: 'gateway', unitGroup: 'group', customer: 'customer' } as const

function deviceOf(row: DeviceRow, stationId: string): DeviceConfig {
  const { id, kind, variants, code, name, config } = row
  const rated = ratings.flatMap((rating) => (row[rating] === null ? [] : [[rating, row[rating]] as const]))
  const words = Object.entries(texts).flatMap(([column, text]) => {
    const value = row[column as keyof typeof texts]
    return value === null ? [] : [[text, value] as const]
  })
  return {
    id,
    stationId,
    kind,
    variant: variants.length === 0 ? null : variants.join('+'),
    code,
    name,
    placement: config.placement ?? { position: [0, 0, 0], rotation: 0 },
    settings: { ...config.settings, ...Object.fromEntries(rated) },
    ...(config.texts || words.length > 0 ? { texts: { ...config.texts, ...Object.fromEntries(words) } } : {}),
  }
}

/** Receivers and about a tenth more in pipes. */
const volumeOf = (devices: readonly DeviceConfig[]): number =>
  Math.max(
    0.3,
    Math.round(devices.reduce((sum, { kind, settings }) => sum + (kind === 'tank' ? (settings['volume'] ?? 0) : 0), 0) * 110) / 100,
  )

/** A station as the twin knows it. */
export function stationOf(row: StationRow, found: readonly DeviceRow[]): StationConfig {
  const { id, org, code, name, nameEn, kind, region, address, manager, site, timeZone, config } = row
  const devices = found.map((device) => deviceOf(device, id))
  return {
    id,
    org,
    code,
    name,
    nameEn: nameEn ?? '',
    kind,
    region,
    address: address ?? '',
    manager: manager ?? '',
    position: site,
    timeZone,
    policy: config.policy ?? defaultPolicy,
    volume: config.volume ?? volumeOf(devices),
    fenceRadius: config.fenceRadius ?? null,
    outline: config.outline ?? null,
    devices,
    pipes: config.pipes ?? pipesOf(devices),
    energyQuota: config.energyQuota ?? null,
  }
}

export function stationRowOf(station: StationConfig): StationRow {
  const { id, org, code, name, nameEn, kind, region, address, manager, position, timeZone } = station
  const { policy, volume, fenceRadius, outline, pipes, energyQuota } = station
  return {
    id,
    org,
    code,
    name,
    nameEn: nameEn || null,
    kind,
    region,
    address: address || null,
    manager: manager || null,
    site: position,
    timeZone,
    config: { policy, volume, fenceRadius, outline, pipes, energyQuota },
  }
}

export function deviceRowOf(device: DeviceConfig): DeviceRow {
  const { id, kind, variant, code, name, placement, settings } = device
  const own = device.texts ?? {}
  return {
    id,
    kind,
    variants: variant?.split('+') ?? [],
    code,
    name,
    ratedPower: settings['ratedPower'] ?? null,
    ratedFlow: settings['ratedFlow'] ?? null,
    ratedPressure: settings['ratedPressure'] ?? null,
    volume: settings['volume'] ?? null,
    gateway: own[texts.gateway] ?? null,
    unitGroup: own[texts.unitGroup] ?? null,
    customer: own[texts.customer] ?? null,
    config: {
      placement,
      settings: without(settings, ratings),
      ...(device.texts ? { texts: without(device.texts, Object.values(texts)) } : {}),
    },
  }
}
const without = <T>(values: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
