import type { Effect } from '@twin/models/twin'

/** Opens and closes the cameras of a station; the answer goes to the station as `video.result`. */
export interface VideoPort {
  open(effect: Extract<Effect, { kind: 'openVideo' }>): void
  close(effect: Pick<Extract<Effect, { kind: 'closeVideo' }>, 'station'>): void
}
