import { sql } from 'kysely'
import { asset, assetMovement, assetStock, device, mandatoryUnits, unitStock, unitTypes, type UnitType } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { columnNames } from '../../records/columns.ts'
import type { Turn, Writer } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import { type Asset, assetOf, assetsWhere } from './asset-tools.ts'

/**
 * Locks these assets, the stations they are part of and the units of those that are stations, in one order, so that documents which meet
 * over them take turns. Lock documents before, stock figures after. Throws not-found.
 */
export async function lockAssets(turn: Turn, ids: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
  const all = [...new Set(ids)]
  const rows = (await turn.trx
    .selectFrom('asset')
    .select(columnNames(asset))
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where(
      sql<boolean>`(id = any(${all}::text[]) or parent = any(${all}::text[])
        or id in (select parent from asset where id = any(${all}::text[])))`,
    )
    .orderBy('id')
    .forUpdate()
    .execute()) as unknown as Asset[]
  const locked = new Map(rows.map((row) => [row.id, row]))
  if (all.some((id) => !locked.has(id))) throw new Refusal('not-found')
  return locked
}
export const partsOf = (locked: ReadonlyMap<string, Asset>, id: string): Asset[] =>
  [...locked.values()].filter(({ parent }) => parent === id).sort((a, b) => (a.serial < b.serial ? -1 : 1))
export const isGone = ({ state }: Pick<Asset, 'state'>): boolean => state === 'sold' || state === 'scrapped'

/** What one document does to the whereabouts of assets. Nothing counts before `finish`, which takes every lock of figures in one order. */
export interface Moves {
  /** Comes to stand in a warehouse; whatever it served, it serves no longer. */
  into(row: Asset, warehouse: string, location: string | null, more?: Partial<Asset>): void
  /** Leaves its warehouse, if it stands in one. */
  out(row: Asset, more?: Partial<Asset>): void
  /** Stays where it is; its state or reservation changed. */
  touch(row: Asset, more?: Partial<Asset>): void
  finish(document: string): Promise<void>
}

export function startMoves(turn: Turn, records: Writer): Moves {
  const { org } = turn.actor
  const leaving: Asset[] = []
  const steps: { readonly row: Asset; readonly warehouse: string | null; readonly quantity: number; readonly patch: Partial<Asset> }[] = []
  const place = (row: Asset): Asset => {
    // A machine that moves twice in one document moves on from where its first step left it.
    const before = steps.findLast((step) => step.row.id === row.id)
    return before ? { ...before.row, ...before.patch } : row
  }
  const out: Moves['out'] = (given, more = {}) => {
    const row = place(given)
    const stood = row.warehouse
    steps.push({ row, warehouse: stood, quantity: stood === null ? 0 : -1, patch: { warehouse: null, location: null, ...more } })
  }
  return {
    out,
    into(given, warehouse, location, more = {}) {
      const row = place(given)
      if (row.warehouse !== null) out(row)
      if (row.station !== null) leaving.push(row)
      const patch = { warehouse, location, holder: null, station: null, device: null, ...more }
      steps.push({ row: place(row), warehouse, quantity: 1, patch })
    },
    touch(given, more = {}) {
      steps.push({ row: place(given), warehouse: null, quantity: 0, patch: more })
    },
    async finish(document) {
      for (const row of leaving) await takeOff(turn, records, row, document)
      const counted = steps.filter(({ quantity }) => quantity !== 0)
      const figure = ({ row, warehouse }: (typeof steps)[number]): string => `stock ${org} ${row.model} ${warehouse ?? ''}`
      const types = [...new Set(steps.flatMap(({ row }) => (row.kind === 'unit' && row.unitType !== null ? [row.unitType] : [])))]
      for (const name of [...new Set([...counted.map(figure), ...types.map((type) => `units ${org} ${type}`)])].sort())
        await lockName(turn, name)
      for (const { row, patch } of steps) if (Object.keys(patch).length > 0) await records.patch(turn, asset, row.id, patch)
      for (const { row, warehouse, quantity } of counted)
        if (warehouse !== null)
          await records.create(turn, assetMovement, { asset: row.id, model: row.model, warehouse, quantity, document })
      for (const [, group] of Map.groupBy(counted, figure)) {
        const [{ row, warehouse } = { row: null, warehouse: null }] = group
        if (row && warehouse !== null)
          await count(
            turn,
            records,
            row.model,
            warehouse,
            group.reduce((sum, { quantity }) => sum + quantity, 0),
          )
      }
      for (const type of types) await recount(turn, records, type)
      const stations = new Set(steps.flatMap(({ row, patch }) => [row.parent ?? [], patch.parent ?? [], row.unitType ? [] : row.id].flat()))
      for (const station of [...stations].sort()) await refreshStation(turn, records, station)
    },
  }
}

async function count(turn: Turn, records: Writer, model: string, warehouse: string, change: number): Promise<void> {
  if (change === 0) return
  const stands = await turn.trx
    .selectFrom('assetStock')
    .select(['id', 'quantity'])
    .where('org', '=', turn.actor.org)
    .where('model', '=', model)
    .where('warehouse', '=', warehouse)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (stands) await records.patch(turn, assetStock, String(stands['id']), { quantity: Number(stands['quantity']) + change })
  else await records.create(turn, assetStock, { model, warehouse, quantity: change })
}

/** Units of a type outside packaged stations, counted anew under the lock of their figure. */
async function recount(turn: Turn, records: Writer, type: UnitType): Promise<void> {
  const { org } = turn.actor
  const { rows } = await sql<{ total: number; reserved: number; free: number }>`
    select count(*)::int as total, (count(*) filter (where a.installation is not null))::int as reserved,
      (count(*) filter (where a.installation is null and a.state = 'inStock'))::int as free
    from asset a left join asset s on s.id = a.parent
    where a.org = ${org} and a.deleted_at is null and a.kind = 'unit' and a.unit_type = ${type} and a.warehouse is not null
      and (s.id is null or s.kind = 'centralStation')`.execute(turn.trx)
  const [figures = { total: 0, reserved: 0, free: 0 }] = rows
  const known = await turn.trx
    .selectFrom('unitStock')
    .select(['id', 'total', 'reserved', 'free'])
    .where('org', '=', org)
    .where('unitType', '=', type)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!known) await records.create(turn, unitStock, { unitType: type, ...figures })
  else if (known['total'] !== figures.total || known['reserved'] !== figures.reserved || known['free'] !== figures.free)
    await records.patch(turn, unitStock, String(known['id']), figures)
}

/** What a station is by its units: who is missing, how many of each type there are, and what it can deliver. */
export async function refreshStation(turn: Turn, records: Writer, id: string): Promise<void> {
  const row = await assetOf(turn, id)
  if (row.kind !== 'smartStation' && row.kind !== 'centralStation') return
  const units = await assetsWhere(turn, { parent: id })
  const present = units.filter((unit) => !isGone(unit))
  const bought = await turn.tables
    .selectFrom('purchase')
    .select(['components', 'lots'])
    .where('id', '=', row.purchase)
    .executeTakeFirstOrThrow()
  const ordered = new Map<UnitType, { ordered: number; delivered: number }>()
  const add = (type: UnitType, more: number, came: number): void => {
    const now = ordered.get(type) ?? { ordered: 0, delivered: 0 }
    ordered.set(type, { ordered: now.ordered + more, delivered: now.delivered + came })
  }
  for (const { unitType } of bought.components) add(unitType, 1, 1)
  for (const { unitType, quantity, delivered } of bought.lots) add(unitType, quantity, delivered ?? 0)
  const machines = present.filter(({ unitType }) => unitType === 'compressor')
  const sum = (field: 'ratedPower' | 'ratedFlow'): number => machines.reduce((total, unit) => total + (unit[field] ?? 0), 0)
  await records.patch(turn, asset, id, {
    ratedPower: sum('ratedPower'),
    ratedFlow: sum('ratedFlow'),
    missing: row.kind === 'smartStation' && !isGone(row) ? missingOf(row, present) : [],
    composition: [...ordered].map(([unitType, counts]) => ({
      unitType,
      ...counts,
      received: units.filter((unit) => unit.unitType === unitType && unit.state !== 'purchased').length,
      present: present.filter((unit) => unit.unitType === unitType).length,
    })),
  })
}

function missingOf(station: Asset, present: readonly Asset[]): string[] {
  const stands = (unit: Asset): boolean => unit.state === 'inStock' || (unit.state === 'leased' && unit.warehouse !== null)
  const gathered = ['purchased', 'inStock'].includes(station.state) || present.some(({ state }) => state === 'inStock')
  const label = (type: UnitType | null): string => (type === null ? '' : unitTypes[type][0])
  return [
    ...present.filter((unit) => gathered && !stands(unit)).map(({ unitType, serial }) => `${label(unitType)} ${serial}`),
    ...mandatoryUnits.filter((type) => !present.some(({ unitType }) => unitType === type)).map(label),
  ]
}

/** What an asset was in the live world ends: its device takes no telemetry and no commands any more, and its gateway is free. */
export async function takeOff(turn: Turn, records: Writer, { device: id }: Asset, reason: string): Promise<void> {
  if (id === null) return
  const { state } = await records.lock(turn, device, id)
  if (state === 'active') await records.transit(turn, device, id, 'deactivate', { reason })
  await records.patch(turn, device, id, { gateway: null, unitGroup: null })
}
