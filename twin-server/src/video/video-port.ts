import type { Runtime } from '@twin/actors/runtime'
import type { Effect } from '@twin/models/twin'

/** Opens and closes the cameras of a station; the answer goes to the station as `video.result`. */
export interface VideoPort {
  open(effect: Extract<Effect, { kind: 'openVideo' }>): void
  close(effect: Extract<Effect, { kind: 'closeVideo' }>): void
}

/** The server has no stream engine: says so at once, so that a command that requires video is refused instead of timing out. */
export function createVideoNotConfigured(
  runtime: Pick<Runtime, 'ask'>,
  onFailure: (error: unknown, station: string) => void = () => undefined,
): VideoPort {
  return {
    open({ station, command }) {
      runtime
        .ask({ type: 'video.result', station, command, ok: false, detail: 'not configured' })
        .catch((error: unknown) => onFailure(error, station))
    },
    close() {
      // Nothing was opened.
    },
  }
}
