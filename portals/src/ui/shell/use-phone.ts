import { useSyncExternalStore } from 'react'

const query = window.matchMedia('(max-width: 767px)')
const subscribe = (listener: () => void): (() => void) => {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Phone width: cards instead of tables, menu in a drawer. */
export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches)
}
