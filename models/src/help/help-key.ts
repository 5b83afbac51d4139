/** Pages that have no menu entry of their own and share the article of another. */
const shared: Readonly<Record<string, string>> = { 'field.round': 'field.rounds', 'assets.labels': 'records.asset' }

/** Pages that stand where a row's address would, with an article of their own. */
const own: Readonly<Record<string, string>> = { 'records/facility/racks': 'facility.racks' }

/**
 * Key of the article that belongs to a page, from its address: `/` overview, `/system/users` system.users, `/records/asset/1`
 * records.asset, `/station/x` station.
 */
export function helpKeyOf(path: string): string {
  const parts = path.split(/[?#]/)[0]?.split('/').filter(Boolean) ?? []
  const page = own[parts.join('/')]
  if (page !== undefined) return page
  const [first = '', second = ''] = parts
  if (first === '') return 'overview'
  if (first === 'station') return 'station'
  const key = second === '' ? first : `${first}.${second}`
  return shared[key] ?? key
}
