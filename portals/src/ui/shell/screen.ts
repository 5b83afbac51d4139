/** A page on a big screen stands alone: no menu, no head, nothing to press by mistake. */
export const screenAddress = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}screen=1`
export const isScreen = (search: string): boolean => new URLSearchParams(search).get('screen') === '1'
