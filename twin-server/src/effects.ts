import type { EffectPort, Runtime } from '@twin/actors/runtime'
import type { Effect } from '@twin/models/twin'
import type { Downlink } from './ingest/index.ts'
import type { VideoPort } from './video/index.ts'

export interface EffectTargets {
  readonly runtime: Pick<Runtime, 'ask'>
  readonly downlink: Pick<Downlink, 'publishCommand' | 'requestRebirth'>
  readonly video: VideoPort
  /** Who carries a topic to people; what nobody carries is only logged, as what the screens show anyway. */
  readonly notify: Readonly<Record<string, () => void>>
  readonly log: { info(detail: object, message: string): void; warn(detail: object, message: string): void }
}

/** Carries out what the actors decided, after its commit. The runtime exists before its targets do, so they are given late. */
export function createEffects(): EffectPort & { connect(targets: EffectTargets): void } {
  let targets: EffectTargets | undefined
  // Recovery may decide things before there is a broker to send them through.
  const early: Effect[] = []
  return {
    connect(given) {
      targets = given
      for (const effect of early.splice(0)) this.execute(effect)
    },
    execute(effect: Effect) {
      if (!targets) {
        early.push(effect)
        return
      }
      const { downlink, video, notify, log } = targets
      const failed = (error: unknown): void => log.warn({ effect: effect.kind, error: String(error) }, 'effect failed')
      switch (effect.kind) {
        case 'publishCommand':
          // Not delivered is not an error of ours: without an acknowledgement the command ends by its own deadline.
          downlink
            .publishCommand(effect)
            .then((outcome) => outcome.ok || log.warn({ id: effect.message.id, ...outcome }, 'command not sent'))
            .catch(failed)
          break
        case 'requestRebirth':
          downlink.requestRebirth(effect).catch(failed)
          break
        case 'openVideo':
          video.open(effect)
          break
        case 'closeVideo':
          video.close(effect)
          break
        case 'notify':
          log.info({ station: effect.station, topic: effect.topic, ...effect.body }, 'notify')
          notify[effect.topic]?.()
          break
      }
    },
  }
}
