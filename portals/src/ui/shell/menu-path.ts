/** Address of the menu entry that a page belongs to: a station to the overview, a record to its list. */
export function menuPathOf(pathname: string): string {
  if (pathname.startsWith('/station/')) return '/'
  return pathname.startsWith('/records/') ? pathname.split('/').slice(0, 3).join('/') : pathname
}
