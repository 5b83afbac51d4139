import type { StationView } from '@twin/models/live'

/** A station as pages and the 3D scene see it, whether live or as it was. Views are immutable: a change makes a new one. */
export interface StationFeed {
  readonly mode: 'live' | 'history'
  /** undefined until the first snapshot. */
  readonly view: () => StationView | undefined
  /** Calls back after every change; returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void
  /** Time the view stands for: server time when live, the chosen time in history; epoch ms. */
  readonly now: () => number
}
