import { sql } from 'kysely'
import { installation, type RowOf, type UnitType, unitTypes } from '@twin/models/records'
import { defineService, type Turn, type Writer } from '../../records/types.ts'
import { lockAssets, startMoves } from './asset-ledger.ts'
import { type Asset, assetOf, assetsWhere, conflict, invalid, kindFrom, nameOf, numbered, sign } from './asset-tools.ts'

type Installation = RowOf<typeof installation>
type Change = Readonly<Partial<Record<'issued' | 'returned', number>>>

/** Writes what a project has by type: issued and returned as they happened, reserved as it is. The project is locked. */
export async function recountPlan(
  turn: Turn,
  records: Writer,
  id: string,
  changes: ReadonlyMap<UnitType, Change> = new Map(),
): Promise<void> {
  const row = await records.lock(turn, installation, id)
  const own = await assetsWhere(turn, { installation: id })
  const plan = row.plan.map((line) => {
    const change = changes.get(line.unitType) ?? {}
    const issued = (line.issued ?? 0) + (change.issued ?? 0)
    const returned = (line.returned ?? 0) + (change.returned ?? 0)
    const reserved = own.filter(({ unitType, warehouse }) => unitType === line.unitType && warehouse !== null).length
    return { ...line, issued, returned, reserved, remaining: line.planned - issued + returned }
  })
  await records.patch(turn, installation, id, { plan })
}

/** Projects that these assets are reserved for or installed by, locked: before the assets themselves, as everywhere. */
export async function lockProjectsOf(turn: Turn, records: Writer, assets: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const id of assets) found.add((await assetOf(turn, id)).installation ?? '')
  const projects = [...found].filter(Boolean).sort()
  for (const id of projects) await records.lock(turn, installation, id)
  return projects
}

/** How many more of a type may leave for a project; null = its plan does not limit it. */
export function remainingOf({ plan }: Installation, type: UnitType | null): number | null {
  if (plan.length === 0) return null
  const line = plan.find(({ unitType }) => unitType === type)
  return line ? line.planned - (line.issued ?? 0) + (line.returned ?? 0) : 0
}

/** Free units of a type, locked; those of the project's own station first. */
async function freeUnits(turn: Turn, { asset: station }: Installation, type: UnitType, quantity: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id from asset a left join asset s on s.id = a.parent
    where a.org = ${turn.actor.org} and a.deleted_at is null and a.kind = 'unit' and a.unit_type = ${type} and a.state = 'inStock'
      and a.installation is null and (s.id is null or s.kind = 'centralStation')
    order by (a.parent is not distinct from ${station}) desc, a.serial limit ${quantity}`.execute(turn.trx)
  return rows.map(({ id }) => id)
}

export const installationService = defineService({
  record: installation,
  async beforeSave({ turn, before, after }) {
    const types = after.plan.map(({ unitType }) => unitType)
    if (new Set(types).size < types.length) throw invalid('plan', '每种设备只能有一行', 'One line for each type of unit')
    if (after.asset !== null && (await kindFrom(turn, after.asset)).kind !== 'centralStation')
      throw invalid('asset', '不是集中空压站', 'It is not a central station')
    const plan = after.plan.map((line) => ({ ...line, reserved: 0, issued: 0, returned: 0, remaining: line.planned }))
    return { ...(await numbered(turn, before, installation, 'AZ')), plan }
  },
  guards: {
    async nothingIsOut({ turn, row }) {
      const out = (await assetsWhere(turn, { installation: row.id })).filter(({ warehouse }) => warehouse === null)
      if (out.length > 0)
        throw conflict(
          'units-out',
          `尚有 ${out.length} 台已出库未退回：${out.map(nameOf).join('、')}`,
          `${out.length} are issued and not returned: ${out.map(nameOf).join(', ')}`,
        )
    },
  },
  effects: {
    sign,
    async reserve({ turn, row, input, records }) {
      const { unitType, units } = input
      const quantity = units.length > 0 ? units.length : input.quantity
      const line = row.plan.find((each) => each.unitType === unitType)
      const [zh, en] = unitTypes[unitType]
      const open = (remainingOf(row, unitType) ?? 0) - (line?.reserved ?? 0)
      if (quantity > open)
        throw conflict('over-planned', `计划中的${zh}还可预留 ${open} 台`, `The plan leaves ${open} of ${en} to reserve`, {
          field: 'quantity',
        })
      const chosen = units.length > 0 ? units : await freeUnits(turn, row, unitType, quantity)
      const locked = await lockAssets(turn, chosen)
      const taken = chosen.flatMap((id) => locked.get(id) ?? [])
      const wrong = taken.find((unit) => unit.unitType !== unitType)
      if (wrong) throw invalid('units', `${nameOf(wrong)} 不是${zh}`, `${nameOf(wrong)} is not a ${en.toLowerCase()}`)
      // Somebody may have been quicker between looking and locking.
      const free = taken.filter((unit) => unit.state === 'inStock' && unit.installation === null)
      if (free.length < quantity)
        throw conflict('not-free', `可用的${zh}只有 ${free.length} 台`, `Only ${free.length} of ${en} are free`, {
          field: 'quantity',
          detail: { free: free.length },
        })
      const moves = startMoves(turn, records)
      for (const unit of free) moves.touch(unit, { installation: row.id })
      await moves.finish(row.document)
      await recountPlan(turn, records, row.id)
    },
    async release({ turn, row, records }) {
      const reserved = (await assetsWhere(turn, { installation: row.id })).filter(({ warehouse }) => warehouse !== null)
      await lockAssets(
        turn,
        reserved.map(({ id }) => id),
      )
      const moves = startMoves(turn, records)
      for (const { id } of reserved) {
        const unit: Asset = await assetOf(turn, id)
        if (unit.installation === row.id && unit.warehouse !== null) moves.touch(unit, { installation: null })
      }
      await moves.finish(row.document)
      await recountPlan(turn, records, row.id)
    },
  },
})
