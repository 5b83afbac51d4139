import { videoRecording } from '@twin/models/records'
import type { Actor, Records } from '../modules/index.ts'
import type { RecordingRows } from './recorder.ts'

/** Recordings as rows of the records engine, written by the installation itself. */
export function recordingRows(records: Records, actor: Actor): RecordingRows {
  return {
    async create({ row }, { reason, source }, begins, ends) {
      const values = {
        camera: row.id,
        station: row.station,
        reason,
        source: source.slice(0, 2000),
        begins,
        ends,
        status: 'recording' as const,
      }
      return (await records.run(actor, (turn) => records.writer.create(turn, videoRecording, values))).id
    },
    async extend(id, ends, source) {
      await records.run(actor, (turn) => records.writer.patch(turn, videoRecording, id, { ends, source }))
    },
    async finish(id, end) {
      await records.run(actor, (turn) => records.writer.patch(turn, videoRecording, id, end))
    },
    async expire(before) {
      const old = await records.db
        .selectFrom('videoRecording')
        .select('id')
        .where('org', '=', actor.org)
        .where('begins', '<', before)
        .where('status', '!=', 'recording')
        .where('deletedAt', 'is', null)
        .limit(500)
        .execute()
      const ids = old.map((row) => String(row['id']))
      for (const id of ids) await records.run(actor, (turn) => records.writer.remove(turn, videoRecording, id))
      return ids
    },
    async unfinished() {
      const rows = await records.db
        .selectFrom('videoRecording')
        .select(['id', 'begins', 'ends'])
        .where('org', '=', actor.org)
        .where('status', '=', 'recording')
        .execute()
      return rows.map((row) => ({ id: String(row['id']), begins: Number(row['begins']), ends: Number(row['ends']) }))
    },
  }
}
