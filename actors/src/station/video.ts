import { alarmActive } from '@twin/models/alarms'
import { videoUntil } from '@twin/models/commands'
import type { StationState } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'

/** G3: the room stays in view this long after its alarm cleared. */
const AFTER_ALARM_MS = 600_000
const REMOTE = 'REMOTE_OPERATION'

/** Code of an active alarm that wants the room in view; null = none. */
export function videoAlarm(cell: CellView): string | null {
  for (const core of cell.order) {
    const states = cell.state.devices[core.id]?.alarms ?? {}
    for (const code of Object.keys(states)) {
      const state = states[code]
      if (state === undefined || !alarmActive(state) || state.suppressed !== null || state.outOfService !== null) continue
      if (core.table.alarms.byCode.get(code)?.definition.effects.includes('openVideo') === true) return code
    }
  }
  return null
}

/** Opens for alarms and remote operation, stays for its time after them, closes. */
export function stepVideo(cell: CellView, turn: Turn): void {
  const now = cell.now(turn.wall)
  const { video, commands } = cell.state.station
  const alarm = videoAlarm(cell)
  const remote = videoUntil(commands, now)
  const next = wanted(video, alarm, remote, now)
  if (next === video) return
  turn.say(cell.address, [{ kind: 'video.changed', v: 1, at: now, body: next }])
  const station = cell.config.id
  // A command asks for its stream itself and waits for the answer.
  if (next.open && alarm !== null && alarm !== video.reason) turn.effects.push({ kind: 'openVideo', station, reason: alarm, command: null })
  if (!next.open) turn.effects.push({ kind: 'closeVideo', station })
}

function wanted(video: StationState['video'], alarm: string | null, remote: number | null, now: number): StationState['video'] {
  if (alarm !== null) {
    if (video.open && video.until === null && video.reason !== REMOTE) return video
    return { open: true, reason: alarm, since: video.open ? video.since : now, until: null }
  }
  const after = afterAlarm(video, now)
  const until = Math.max(after ?? -Infinity, remote ?? -Infinity)
  if (until <= now) return video.open ? { open: false, reason: null, since: null, until: null } : video
  const end = until === Infinity ? null : until
  const reason = video.open ? video.reason : REMOTE
  if (video.open && video.until === end) return video
  return { open: true, reason, since: video.open ? video.since : now, until: end }
}

function afterAlarm(video: StationState['video'], now: number): number | null {
  if (!video.open) return null
  if (video.until !== null) return video.until
  return video.reason === REMOTE ? null : now + AFTER_ALARM_MS
}

export const videoDue = ({ video }: StationState): number => (video.open ? (video.until ?? Infinity) : Infinity)
