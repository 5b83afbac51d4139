import type { FleetView } from '@twin/models/live'
import { create } from 'zustand'

export type LinkState = 'connecting' | 'online' | 'offline'
interface LiveStore {
  readonly link: LinkState
  /** Server time minus browser time, ms. */
  readonly offset: number
  /** Server time of the last frame of any topic. */
  readonly lastAt: number
  readonly fleet: FleetView | undefined
  /** Topics the server refuses, and why. */
  readonly refused: Readonly<Record<string, string>>
}

/** What every page may know about the live connection; stations go through feeds. */
export const useLive = create<LiveStore>()(() => ({ link: 'connecting', offset: 0, lastAt: 0, fleet: undefined, refused: {} }))

/** Server time as far as we know it, epoch ms. */
export function serverNow(): number {
  return Date.now() + useLive.getState().offset
}
