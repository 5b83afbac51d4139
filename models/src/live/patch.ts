/** A change of a plain JSON tree, as immer makes them. */
export interface Patch {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: readonly (string | number)[]
  readonly value?: unknown
}

/** New tree with the patches applied; untouched branches are shared, the given tree is not changed. */
export function applyPatches<T>(tree: T, patches: readonly Patch[]): T {
  let next: unknown = tree
  for (const patch of patches) next = applyAt(next, patch, 0)
  return next as T
}

function applyAt(node: unknown, patch: Patch, depth: number): unknown {
  const key = patch.path[depth]
  if (key === undefined) return patch.value
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(node)
    ? [...(node as unknown[])]
    : { ...(node as Record<string, unknown>) }
  if (depth < patch.path.length - 1) {
    const branch = copy as Record<string | number, unknown>
    branch[key] = applyAt(branch[key], patch, depth + 1)
    return copy
  }
  if (Array.isArray(copy)) {
    if (key === 'length') copy.length = patch.value as number
    else if (patch.op === 'add') copy.splice(key as number, 0, patch.value)
    else if (patch.op === 'remove') copy.splice(key as number, 1)
    else copy[key as number] = patch.value
  } else if (patch.op === 'remove') delete copy[key]
  else copy[key] = patch.value
  return copy
}
