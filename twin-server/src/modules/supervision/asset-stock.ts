import { asset, installation, lease, type RowOf, stockIn, stockOut, stocktake, type UnitType, unitTypes } from '@twin/models/records'
import { defineService, type Turn, type Writer } from '../../records/types.ts'
import { lockProjectsOf, recountPlan, remainingOf } from './asset-installations.ts'
import { isGone, lockAssets, type Moves, partsOf, startMoves } from './asset-ledger.ts'
import { type Asset, assetOf, conflict, invalid, isStation, kindFrom, nameOf, numbered, sign } from './asset-tools.ts'

type StockOut = RowOf<typeof stockOut>
const tally = (rows: readonly Asset[]): Map<UnitType, number> => {
  const counts = new Map<UnitType, number>()
  for (const { unitType } of rows) if (unitType) counts.set(unitType, (counts.get(unitType) ?? 0) + 1)
  return counts
}

/** What a receipt brings in: the machine, or the units ticked of a station. */
function received(row: RowOf<typeof stockIn>, locked: ReadonlyMap<string, Asset>, whole: Asset): Asset[] {
  if (!isStation(whole)) return [whole]
  const units = row.units.flatMap((id) => locked.get(id) ?? [])
  const stray = units.find(({ parent }) => parent !== whole.id)
  if (stray) throw invalid('units', `${nameOf(stray)} 不在购入清单上`, `${nameOf(stray)} is not on the purchase list`)
  if (units.length === 0) throw invalid('units', '请勾选到库设备', 'Tick the units that came')
  return units
}

/** A station is in stock once everything that was ordered has come; a packaged one then counts as a set. */
async function gather(
  turn: Turn,
  records: Writer,
  moves: Moves,
  station: Asset,
  came: readonly Asset[],
  units: readonly Asset[],
  place: RowOf<typeof stockIn>,
): Promise<void> {
  const here = new Set(came.map(({ id }) => id))
  const awaited = units.filter((unit) => !isGone(unit) && unit.state !== 'inStock' && !here.has(unit.id))
  const toDeliver = station.composition.some(({ ordered, delivered }) => delivered < ordered)
  if (awaited.length > 0 || toDeliver || (station.state !== 'purchased' && station.state !== 'issued')) return
  const whole = await records.transit(turn, asset, station.id, 'stockIn')
  if (station.kind === 'smartStation') moves.into(whole, place.warehouse, place.location, { installation: null })
}

export const stockInService = defineService({
  record: stockIn,
  async beforeSave({ turn, before, after }) {
    const whole = await assetOf(turn, after.asset)
    for (const id of after.units) {
      const unit = await assetOf(turn, id)
      if (unit.parent !== whole.id) throw invalid('units', `${nameOf(unit)} 不在购入清单上`, `${nameOf(unit)} is not on the purchase list`)
    }
    return { ...(await numbered(turn, before, stockIn, 'SR')), kind: whole.kind }
  },
  effects: {
    async receive({ turn, row, records }) {
      const projects = await lockProjectsOf(turn, records, [row.asset, ...row.units])
      const locked = await lockAssets(turn, [row.asset, ...row.units])
      const whole = locked.get(row.asset) ?? (await assetOf(turn, row.asset))
      const came = received(row, locked, whole)
      const moves = startMoves(turn, records)
      for (const unit of came)
        moves.into(await records.transit(turn, asset, unit.id, 'stockIn'), row.warehouse, row.location, { installation: null })
      const stationId = isStation(whole) ? whole.id : whole.parent
      const station = stationId === null ? undefined : locked.get(stationId)
      // The units of the station of a single unit were not locked with it, but nobody else can move them while the station is.
      if (station) {
        const units = isStation(whole)
          ? partsOf(locked, station.id)
          : [...(await lockAssets(turn, [station.id])).values()].filter(({ parent }) => parent === station.id)
        await gather(turn, records, moves, station, came, units, row)
      }
      await moves.finish(row.document)
      for (const id of projects) {
        const back = came.filter((unit) => unit.installation === id && unit.state === 'issued')
        await recountPlan(turn, records, id, new Map([...tally(back)].map(([type, returned]) => [type, { returned }])))
      }
      return { keeper: turn.actor.id, postedAt: turn.now }
    },
  },
})

/** The contract or project that covers an issue, locked. Throws 409 without one. */
async function ground(
  turn: Turn,
  records: Writer,
  row: StockOut,
): Promise<{ readonly contract: RowOf<typeof lease> | null; readonly project: RowOf<typeof installation> | null }> {
  const contract = row.lease === null ? null : await records.lock(turn, lease, row.lease)
  const project = row.installation === null ? null : await records.lock(turn, installation, row.installation)
  const covered = contract ? contract.asset === row.asset && contract.state === 'active' : project?.state === 'active'
  if (!covered) throw conflict('no-document', '没有已批准的租赁单或安装项目', 'No approved lease or installation covers it')
  return { contract, project }
}
/** Why a machine cannot leave, or null. */
function obstacle(unit: Asset, leased: boolean, project: string | null): { readonly zh: string; readonly en: string } | null {
  if (unit.state === 'inRepair') return { zh: '维修中', en: 'in repair' }
  if (unit.warehouse === null || !(unit.state === 'inStock' || (leased && unit.state === 'leased')))
    return { zh: '不在库', en: 'not in stock' }
  if (unit.installation !== null && unit.installation !== project) return { zh: '已预留', en: 'reserved' }
  return null
}
function refuseObstacles(units: readonly Asset[], leased: boolean, project: string | null): void {
  const found = units.flatMap((unit) => {
    const why = obstacle(unit, leased, project)
    return why ? [{ id: unit.id, name: nameOf(unit), ...why }] : []
  })
  if (found.length > 0)
    throw conflict(
      'not-in-stock',
      found.map(({ name, zh }) => `${name} ${zh}`).join('；'),
      found.map(({ name, en }) => `${name} is ${en}`).join('; '),
      { detail: { units: found } },
    )
}
/** What leaves with an issue: the machine, a packaged station with all its components, or a batch of a central one. */
function leaving(row: StockOut, locked: ReadonlyMap<string, Asset>, whole: Asset, project: string | null): Asset[] {
  const parent = whole.parent === null ? undefined : locked.get(whole.parent)
  if (parent?.kind === 'smartStation')
    throw conflict(
      'part-of-station',
      `它是 ${nameOf(parent)} 的部件，只能随整站出库`,
      `It is part of ${nameOf(parent)} and leaves only with it`,
    )
  if (whole.kind === 'smartStation') {
    if (whole.missing.length > 0)
      throw conflict('incomplete', `缺少部件：${whole.missing.join('、')}`, `Components are missing: ${whole.missing.join(', ')}`, {
        detail: { missing: whole.missing },
      })
    return [whole, ...partsOf(locked, whole.id).filter((unit) => !isGone(unit))]
  }
  if (whole.kind !== 'centralStation') return [whole]
  const units = row.units.flatMap((id) => locked.get(id) ?? [])
  const stray = units.find(({ parent: of }) => of !== whole.id)
  if (stray) throw invalid('units', `${nameOf(stray)} 不属于该站`, `${nameOf(stray)} is not part of this station`)
  if (units.length === 0) throw invalid('units', '请选择本批设备', 'Choose the units of this batch')
  if (project === null)
    throw conflict('no-document', '集中空压站凭安装项目分批出库', 'A central station is issued in batches for an installation')
  return units
}
/** Batches never add up to more than the plan, and leave room for what is reserved. */
function refuseOverPlan(project: RowOf<typeof installation>, units: readonly Asset[]): void {
  for (const [type, n] of tally(units.filter(({ kind }) => kind !== 'smartStation'))) {
    const remaining = remainingOf(project, type)
    const [zh, en] = unitTypes[type]
    if (remaining !== null && n > remaining)
      throw conflict('over-planned', `项目计划中的${zh}只剩 ${remaining} 台`, `The plan of the project leaves ${remaining} of ${en}`, {
        detail: { unitType: type, remaining },
      })
    const spoken = project.plan.find(({ unitType }) => unitType === type)?.reserved ?? 0
    const own = units.filter((unit) => unit.unitType === type && unit.installation === project.id).length
    if (remaining !== null && n - own > remaining - spoken)
      throw conflict('reserved-first', `请先出库已为项目预留的${zh}`, `Issue the ${en} that are reserved for the project first`)
  }
}

export const stockOutService = defineService({
  record: stockOut,
  async beforeSave({ turn, before, after }) {
    return { ...(await numbered(turn, before, stockOut, 'SC')), ...(await kindFrom(turn, after.asset)) }
  },
  effects: {
    async issue({ turn, row, records }) {
      const { contract, project } = await ground(turn, records, row)
      const locked = await lockAssets(turn, [row.asset, ...row.units])
      const whole = locked.get(row.asset) ?? (await assetOf(turn, row.asset))
      const goes = leaving(row, locked, whole, project?.id ?? null)
      refuseObstacles(goes, contract !== null, project?.id ?? null)
      // The components of a packaged station are no units of a plan.
      const planned = whole.kind === 'smartStation' ? [] : goes
      if (project) refuseOverPlan(project, planned)
      const moves = startMoves(turn, records)
      for (const unit of goes) {
        const left = contract ? unit : await records.transit(turn, asset, unit.id, 'issue')
        moves.out(left, { holder: row.recipient, ...(project ? { installation: project.id } : {}) })
      }
      if (whole.kind === 'centralStation' && whole.state === 'inStock')
        moves.touch(await records.transit(turn, asset, whole.id, 'issue'), { holder: row.recipient })
      await moves.finish(row.document)
      if (project) await recountPlan(turn, records, project.id, new Map([...tally(planned)].map(([type, issued]) => [type, { issued }])))
      return { postedAt: turn.now, units: goes.flatMap(({ id }) => (id === whole.id ? [] : [id])) }
    },
  },
})

export const stocktakeService = defineService({
  record: stocktake,
  async beforeSave({ turn, before, after }) {
    if (isStation(await assetOf(turn, after.asset))) throw invalid('asset', '空压站按站内设备盘点', 'Of a station its units are counted')
    return numbered(turn, before, stocktake, 'PD')
  },
  effects: {
    async adjust(act) {
      const { turn, row, records } = act
      const projects = await lockProjectsOf(turn, records, [row.asset])
      await lockAssets(turn, [row.asset])
      const moves = startMoves(turn, records)
      if (row.finding === 'missing') moves.out(await records.transit(turn, asset, row.asset, 'lose'), { holder: null, installation: null })
      else moves.into(await records.transit(turn, asset, row.asset, 'find'), row.warehouse, null)
      await moves.finish(row.document)
      for (const id of projects) await recountPlan(turn, records, id)
      return sign(act)
    },
    sign,
  },
})
