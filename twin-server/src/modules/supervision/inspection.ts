import { findKind } from '@twin/models/kinds'
import { inspectionPlan, inspectionPoint, inspectionTask, repair, type RowOf } from '@twin/models/records'
import type { StationConfig } from '@twin/models/stations'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService, type Turn, type Writer } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'
import { settingIn } from '../foundation/index.ts'
import { firstFrom, startOfDay, today, zoneOf } from './maintenance-days.ts'

type Plan = RowOf<typeof inspectionPlan>
type Point = RowOf<typeof inspectionPoint>
type Task = RowOf<typeof inspectionTask>
const MINUTE = 60_000

export const inspectionServices: readonly AnyService[] = [
  defineService({
    record: inspectionPlan,
    beforeSave({ turn, before, after }) {
      const station = turn.live.station(after.station)
      if (station) after.items.forEach((item, at) => refuseMisfit(station, item, at))
      const moved = before === null || before.starts !== after.starts || before.everyDays !== after.everyDays
      return Promise.resolve(moved ? { nextOn: firstFrom(after.starts, after.everyDays, today(turn.live, after.station, turn.now)) } : {})
    },
    effects: {
      // What would have been done while it was paused is not asked for afterwards.
      skipPaused: ({ turn, row }) =>
        Promise.resolve({ nextOn: firstFrom(row.starts, row.everyDays, today(turn.live, row.station, turn.now)) }),
    },
  }),
  defineService({
    record: inspectionTask,
    guards: {
      async complete({ turn, row }) {
        const open = (await pointsOf(turn, row.id)).filter(({ state }) => state === 'open')
        const station = turn.live.station(row.station)
        const unscanned = open.filter(({ kind }) => kind === 'scan').map((point) => codeOf(station, point.device))
        if (unscanned.length > 0)
          throw new Refusal('conflict', {
            code: 'not-scanned',
            message: { zh: `尚未扫码：${unscanned.join('、')}`, en: `Not scanned yet: ${unscanned.join(', ')}` },
            detail: { missing: unscanned },
          })
        const missing = open.filter(({ mandatory }) => mandatory).map((point) => `${codeOf(station, point.device)} ${point.name}`.trim())
        if (missing.length > 0)
          throw new Refusal('invalid', {
            code: 'item-missing',
            field: 'points',
            message: { zh: `必填项未填：${missing.join('、')}`, en: `Mandatory items missing: ${missing.join(', ')}` },
            detail: { missing },
          })
      },
    },
    effects: {
      sign: ({ turn, row, input }) =>
        Promise.resolve({ submittedAt: turn.now, submittedBy: turn.actor.id, late: turn.now > row.dueAt, note: input.note }),
    },
  }),
  defineService({
    record: inspectionPoint,
    effects: {
      async fill({ turn, row, input, records }) {
        const task = await records.lock(turn, inspectionTask, row.task)
        // The same entry again, from a phone that did not hear the answer: nothing new.
        if (row.state === 'filled' && row.entry !== null && row.entry === input.entry) return answered(row)
        if (task.state === 'submitted') throw conflict('submitted', '任务已提交', 'The task is submitted')
        if (row.author !== null && row.author !== turn.actor.id)
          throw conflict('filled-by-other', '该项已由他人填写', 'Somebody else filled this in')
        const entered = checkedEntry(turn, row, input)
        const at = Math.max(Math.min(input.at ?? turn.now, turn.now), task.createdAt)
        const live = await liveBeside(turn, row, at, entered.value)
        const filled = { ...entered, ...live, at, author: turn.actor.id, entry: input.entry }
        if (entered.finding === 'abnormal') await askForRepair(turn, records, row, filled)
        await count(turn, records, task, { ...row, ...filled, state: 'filled' })
        return filled
      },
    },
  }),
]

function refuseMisfit(station: StationConfig, item: Plan['items'][number], at: number): void {
  const device = station.devices.find(({ id }) => id === (item.device ?? station.id))
  const say = (field: string, zh: string, en: string): never => {
    throw new Refusal('invalid', { field: `items.${at}.${field}`, message: { zh: `第 ${at + 1} 项：${zh}`, en: `Item ${at + 1}: ${en}` } })
  }
  if (item.device !== null && !device) say('device', '设备不属于该站点', 'the device is not of this station')
  if (item.livePoint !== null && !findKind(device?.kind ?? '')?.points.some(({ name }) => name === item.livePoint))
    say('livePoint', '设备没有此测点', 'the device has no such point')
  if (item.low !== null && item.high !== null && item.low > item.high) say('high', '上限低于下限', 'the high limit is below the low one')
}

/** Makes the task of one day with a point per item, and one per device to be scanned. */
export async function makeTask(turn: Turn, records: Writer, plan: Plan, date: string): Promise<void> {
  const components = [...new Set(plan.items.map(({ device }) => device))]
  const points = components.flatMap((device) => {
    const items = plan.items.filter((item) => item.device === device)
    const scan = plan.scan && device !== null ? [{ ...noItem, device, name: '扫码 Scan', kind: 'scan' as const, mandatory: true }] : []
    return [...scan, ...items]
  })
  const span = plan.hours * 3_600_000
  const due = startOfDay(date, zoneOf(turn.live, plan.station)) + span
  const { id } = await records.create(turn, inspectionTask, {
    name: plan.name,
    plan: plan.id,
    station: plan.station,
    date,
    // A task that appears after its time of today, because its plan is new, gets its full span.
    dueAt: due < turn.now && date === today(turn.live, plan.station, turn.now) ? turn.now + span : due,
    scan: plan.scan,
    progress: `0/${components.length}`,
    planned: points.length,
    done: 0,
    rate: 0,
    abnormal: 0,
    deviating: 0,
    inspectors: plan.inspectors,
  })
  for (const [position, point] of points.entries())
    await records.create(turn, inspectionPoint, { ...point, task: id, station: plan.station, position })
}
const noItem = { livePoint: null, unit: null, low: null, high: null, photo: false }

async function pointsOf(turn: Turn, task: string): Promise<readonly Point[]> {
  return (await turn.trx
    .selectFrom('inspectionPoint')
    .selectAll()
    .where('task', '=', task)
    .where('deletedAt', 'is', null)
    .orderBy('position')
    .execute()) as unknown as Point[]
}
const codeOf = (station: StationConfig | undefined, device: string | null): string =>
  station?.devices.find(({ id }) => id === device)?.code ?? (device === null ? '' : device)

interface Entry {
  readonly value: number | null
  readonly finding: 'normal' | 'abnormal' | null
  readonly code: string | null
  readonly note: string | null
  readonly photos: readonly string[]
}
function checkedEntry(turn: Turn, row: Point, input: Entry): Entry {
  const { value, finding, code, note, photos } = input
  const needs = (field: string, zh: string, en: string): never => {
    throw new Refusal('invalid', { field, message: { zh: `${row.name}：${zh}`, en: `${row.name}: ${en}` } })
  }
  if (row.photo && photos.length === 0) needs('photos', '须拍照', 'a photo is needed')
  if (row.kind === 'scan') {
    const wanted = codeOf(turn.live.station(row.station), row.device)
    if ((code ?? '').trim().toUpperCase() !== wanted.toUpperCase()) needs('code', `编码应为 ${wanted}`, `the code should be ${wanted}`)
    return { value: null, finding: 'normal', code: wanted, note, photos }
  }
  if (row.kind === 'value' && value === null) needs('value', '须填读数', 'a reading is needed')
  const outside = value !== null && ((row.low !== null && value < row.low) || (row.high !== null && value > row.high))
  if (row.kind === 'check' && finding === null) needs('finding', '须填正常或异常', 'say normal or abnormal')
  // Nobody may call normal what is outside its limits.
  return { value, finding: outside ? 'abnormal' : (finding ?? 'normal'), code: null, note, photos }
}

/** What the live point showed in the minute of the hand reading, and how far the two are apart in per cent of the live value. */
async function liveBeside(turn: Turn, row: Point, at: number, value: number | null) {
  const none = { liveValue: null, liveAt: null, deviation: null, deviates: false }
  if (row.livePoint === null || value === null) return none
  const reading = await turn.live.reading(row.device ?? row.station, row.livePoint, turn.now - at < MINUTE ? undefined : at)
  if (typeof reading?.value !== 'number') return none
  const live = reading.value
  const apart = live === 0 ? (value === 0 ? 0 : 100) : (Math.abs(value - live) / Math.abs(live)) * 100
  const limit = await settingIn(turn, 'inspection.deviationPercent')
  return { liveValue: live, liveAt: reading.at, deviation: Math.round(apart * 10) / 10, deviates: apart > limit }
}

/** One request per point, however often the finding is entered. */
async function askForRepair(turn: Turn, records: Writer, row: Point, entry: Entry): Promise<void> {
  const known = await turn.trx
    .selectFrom('repair')
    .select('id')
    .where('point', '=', row.id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (known) return
  const read = entry.value === null ? '' : ` ${entry.value} ${row.unit ?? ''}`.trimEnd()
  await records.create(turn, repair, {
    document: await nextDocument(turn, repair, 'WX'),
    station: row.station,
    device: row.device ?? row.station,
    fault: `${row.name}${read}${entry.note === null ? '' : `：${entry.note}`}`,
    point: row.id,
    partsCost: 0,
    cost: 0,
  })
}

/** The task's figures are those of its points, this one included. */
async function count(turn: Turn, records: Writer, task: Task, changed: Point): Promise<void> {
  const points = (await pointsOf(turn, task.id)).map((point) => (point.id === changed.id ? changed : point))
  const filled = points.filter(({ state }) => state === 'filled')
  const components = Map.groupBy(points, ({ device }) => device)
  const complete = [...components.values()].filter((own) => own.every(({ state, mandatory }) => state === 'filled' || !mandatory))
  const author = turn.actor.id
  await records.patch(turn, inspectionTask, task.id, {
    done: filled.length,
    rate: Math.round((filled.length / points.length) * 1000) / 10,
    progress: `${complete.length}/${components.size}`,
    abnormal: filled.filter(({ finding }) => finding === 'abnormal').length,
    deviating: filled.filter(({ deviates }) => deviates).length,
    inspectors: author === null || task.inspectors.includes(author) ? task.inspectors : [...task.inspectors, author],
  })
}

function answered({ value, finding, code, note, photos, at, entry }: Point) {
  return { value, finding, code, note, photos, at, entry }
}
const conflict = (code: string, zh: string, en: string): Refusal => new Refusal('conflict', { code, message: { zh, en } })
