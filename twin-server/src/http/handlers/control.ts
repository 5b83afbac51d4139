import type { Selectable } from 'kysely'
import { startSteps } from '@twin/models/control'
import { groupOf, jointCandidates, type StationConfig } from '@twin/models/stations'
import type { ControlRun, JointAction } from '@twin/models/twin'
import type { Runtime } from '@twin/actors/runtime'
import type { Database } from '../../store/index.ts'
import type { Call, Handlers, ResultOf } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { ask } from '../reply.ts'
import { committedView } from '../view.ts'
import { nameOf } from './command-rows.ts'
import { confirmCode, confirmPassword } from './confirm.ts'

type Names = 'control' | 'runs' | 'startRun' | 'abortRun' | 'engageJoint' | 'releaseJoint' | 'jointActions'
type RunRow = ResultOf<'startRun'>

const jointCodes = ['station.setPressureBand', 'station.setTargetPressure', 'station.setSequencingMode', 'compressor.setControlMode']

export function controlHandlers({ store, runtime, security }: HttpParts): Pick<Handlers, Names> {
  const { db } = store
  const stationOf = (id: string): StationConfig => runtime.station(id) ?? refuse('not-found')

  async function known(station: string, id: string): Promise<RunRow | undefined> {
    const row = await db.selectFrom('control_run').selectAll().where('station', '=', station).where('id', '=', id).executeTakeFirst()
    return row && recordRow(runtime, row)
  }
  /** Rights to every command of the run, password and code; then asks once: the same key is the same run. */
  async function begin(
    { principal, body, note }: Pick<Call<'startRun'>, 'principal' | 'note'> & { readonly body: Confirmed },
    station: StationConfig,
    codes: readonly string[],
    request: Parameters<Runtime['ask']>[0],
  ): Promise<RunRow> {
    note({ target: station.id, after: { ...request, by: undefined } })
    if (codes.some((code) => !principal.permissions.has(`command:${code}`))) refuse('not-permitted')
    await confirmPassword(security, principal, body.confirm.password, 'confirm.password')
    confirmCode(body.confirm.deviceCode, station.code)
    const before = await known(station.id, body.idempotencyKey)
    if (before) return before
    const { run } = await ask(runtime, request)
    return run ? stateRow(runtime, station.id, run) : refuse('unavailable')
  }

  return {
    control: async ({ params }) => {
      const config = stationOf(params.station)
      const { station, devices } = await committedView(runtime, config.id)
      const { run, joint } = station
      const steps = startSteps(config, (candidates) => candidates[0], [], '')
      return {
        run: run ? stateRow(runtime, config.id, run) : null,
        joint: joint
          ? { ...joint, by: { ...joint.by }, band: { ...joint.band }, members: [...joint.members], order: [...joint.order] }
          : null,
        offered: jointCandidates(config).map((unit) => ({
          id: unit.id,
          code: unit.code,
          name: unit.name,
          group: groupOf(unit) ?? '',
          held: (devices[unit.id]?.held ?? []).map(({ kind }) => kind),
        })),
        start: steps.map(({ key, target, code }) => ({ key, target, targetName: nameOf(runtime, target), code })),
      }
    },

    runs: async ({ params, query }) => {
      const found = db
        .selectFrom('control_run')
        .where('station', '=', params.station)
        .$if(query.kind !== undefined, (q) => q.where('kind', '=', query.kind ?? 'start'))
      const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      const rows = await found
        .selectAll()
        .orderBy('started_at', 'desc')
        .orderBy('id', 'desc')
        .limit(query.size)
        .offset((query.page - 1) * query.size)
        .execute()
      return { total: Number(total), rows: rows.map((row) => recordRow(runtime, row)) }
    },

    startRun: async (call) => {
      const { params, body, person } = call
      const station = stationOf(params.station)
      const { units, reason, idempotencyKey: id } = body
      const codes = startSteps(station, (candidates) => candidates[0], units, reason).flatMap(({ code }) => code ?? [])
      return begin(call, station, codes, { type: 'run.start', station: station.id, id, by: person, reason, units })
    },

    abortRun: async ({ params, principal, person, note }) => {
      const row = (await known(params.station, params.run)) ?? refuse('not-found')
      note({ target: params.station, before: { phase: row.phase, kind: row.kind } })
      if (row.by.id !== principal.id && !principal.permissions.has('command:compressor.stop')) refuse('not-permitted')
      const { run } = await ask(runtime, { type: 'run.abort', station: params.station, id: params.run, by: person })
      return run ? stateRow(runtime, params.station, run) : refuse('unavailable')
    },

    engageJoint: async (call) => {
      const { params, body, person } = call
      const station = stationOf(params.station)
      const { low, high, units, rotateAfterH, reason, idempotencyKey: id } = body
      const wish = { id, by: person, reason, band: { low, high }, rotateAfterH, ...(units && { units }) }
      return begin(call, station, jointCodes, { type: 'joint.engage', station: station.id, ...wish })
    },

    releaseJoint: async (call) => {
      const { params, body, person } = call
      const station = stationOf(params.station)
      const { unit, reason, idempotencyKey: id } = body
      return begin(call, station, jointCodes, { type: 'joint.release', station: station.id, id, by: person, reason, unit })
    },

    jointActions: async ({ params, query }) => {
      const found = db.selectFrom('joint_action').where('station', '=', params.station)
      const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      const rows = await found
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(query.size)
        .offset((query.page - 1) * query.size)
        .execute()
      return { total: Number(total), rows: rows.map((row) => actionRow(runtime, row)) }
    },
  }
}

interface Confirmed {
  readonly idempotencyKey: string
  readonly confirm: { readonly password: string; readonly deviceCode: string }
}

function stateRow(runtime: Runtime, station: string, run: ControlRun): RunRow {
  const { id, kind, by, reason, startedAt, endedAt, phase, detail, steps } = run
  return { id, station, kind, by: { ...by }, reason, startedAt, endedAt, phase, detail, steps: steps.map((step) => stepRow(runtime, step)) }
}

function recordRow(runtime: Runtime, row: Selectable<Database['control_run']>): RunRow {
  const { id, station, kind, by, reason, phase, detail, steps } = row
  const times = { startedAt: row.started_at, endedAt: row.ended_at }
  return { id, station, kind, by: { ...by }, reason, ...times, phase, detail, steps: steps.map((step) => stepRow(runtime, step)) }
}

const stepRow = (runtime: Runtime, step: ControlRun['steps'][number]): RunRow['steps'][number] => ({
  ...step,
  args: { ...step.args },
  targetName: nameOf(runtime, step.target),
})

function actionRow(runtime: Runtime, row: Selectable<Database['joint_action']>): JointAction & { readonly unitName: string | null } {
  const { id, at, kind, unit, reason, outcome } = row
  const unitName = unit === null ? null : nameOf(runtime, unit)
  return { id, at, kind, unit, unitName, reason, headerPressure: row.header_pressure, outcome, endedAt: row.ended_at }
}
