import type { StationConfig } from '@twin/models/stations'
import type { CursorRow, IdSource, RecoveredCell } from '../ports.ts'
import { foldFacts, initialCell, type DeviceCore } from '../telemetry/index.ts'
import { Cell } from './cell.ts'
import { shardOf } from './shard.ts'
import { loadSnapshot, type SnapshotBody } from './snapshot.ts'

/** A cell as its records say, by the same folds that run live. Evaluates nothing. */
export function recoverCell(config: StationConfig, recovered: RecoveredCell | undefined, epoch: number, ids: IdSource): Cell {
  const cell = new Cell(config, shardOf(config.id), epoch, ids)
  if (recovered === undefined) return cell
  if (recovered.snapshot !== null) {
    if (recovered.snapshot.v !== 1) throw new Error(`snapshot of ${config.id} is of a newer version (${String(recovered.snapshot.v)})`)
    loadSnapshot(cell, recovered.snapshot.body as SnapshotBody)
  } else cell.state = initialCell(cell.order.map((core) => core.id))
  cell.state = foldFacts(cell.state, recovered.facts)
  for (const { actor, fact } of recovered.facts) cell.noteFact(actor, fact)
  for (const row of recovered.samples) {
    const core = cell.cores.get(row.device)
    if (core === undefined || core.config.kind !== row.kind) continue
    core.fold(row, cell.lateMs, null, null)
    cell.noteRow(row)
  }
  for (const row of recovered.cursors) foldCursor(cell.cores.get(row.device), row)
  cell.follow()
  return cell
}

/** The cursor on record is the truth; boots before it are remembered as far as the snapshot does. */
function foldCursor(core: DeviceCore | undefined, { channel, boot, seq }: CursorRow): void {
  if (core === undefined) return
  const known = core.cursors[channel]
  const older = known === undefined ? [] : known.boot === boot ? known.older : [known.boot, ...known.older].slice(0, 4)
  core.cursors[channel] = { boot, seq, older }
}
