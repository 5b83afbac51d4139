import { sql } from 'kysely'
import { deviceKinds, findKind } from '@twin/models/kinds'
import type { CommandDefinition } from '@twin/models/kinds'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { scopeOf } from '../access.ts'
import { rejectMessage } from '../api-error.ts'
import type { Call, Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { ask } from '../reply.ts'
import { createCommandIntake, orRejected } from './command-intake.ts'
import { confirmationMissing, confirmCode, confirmPassword } from './confirm.ts'
import { recordAsRow, stateAsRow } from './command-rows.ts'

type Names = 'commands' | 'command' | 'commandCheck' | 'issueCommand' | 'approveCommand' | 'cancelCommand'
const allCodes = new Set(deviceKinds.flatMap(({ commands }) => commands.map(({ code }) => code)))

export function commandHandlers(parts: HttpParts): Pick<Handlers, Names> {
  const { store, runtime, security } = parts
  const { db } = store
  const intake = createCommandIntake(parts)

  const rowOf = async (id: string) => {
    const row = await db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst()
    return row ? recordAsRow(runtime, row) : refuse('not-found')
  }
  const target = (id: string): { station: StationConfig; device: DeviceConfig } => {
    const station = runtime.stationOf(id) ?? refuse('not-found')
    return { station, device: station.devices.find((device) => device.id === id) ?? refuse('not-found') }
  }

  return {
    commands: async ({ principal, query }) => {
      const scope = scopeOf(principal, query.station === undefined ? undefined : [query.station])
      const found = db
        .selectFrom('command')
        .where('org', '=', principal.org)
        .$if(scope !== null, (q) => q.where(sql<boolean>`station = any(${scope ?? []})`))
        .$if(query.target !== undefined, (q) => q.where('target', '=', query.target ?? ''))
        .$if(query.phase !== undefined, (q) =>
          q.where((or) =>
            or.or([
              sql<boolean>`phase = any(${query.phase ?? []})`,
              ...(query.phase?.includes('open') ? [or('ended_at', 'is', null)] : []),
              ...(query.phase?.includes('ended') ? [or('ended_at', 'is not', null)] : []),
            ]),
          ),
        )
      const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      const rows = await found
        .selectAll()
        .orderBy('issued_at', 'desc')
        .orderBy('id', 'desc')
        .limit(query.size)
        .offset((query.page - 1) * query.size)
        .execute()
      return { total, rows: rows.map((row) => recordAsRow(runtime, row)) }
    },

    command: ({ params }) => rowOf(params.command),

    commandCheck: async ({ params, body }) => {
      const { station } = target(params.device)
      const { check } = await ask(runtime, { type: 'command.check', station: station.id, target: params.device, ...body })
      return check ? { ...check, warnings: [...check.warnings] } : refuse('unavailable')
    },

    issueCommand: async (call) => {
      const { params, body, principal, person, note } = call
      const { station, device } = target(params.device)
      note({
        target: device.id,
        after: { code: body.code, args: body.args, reason: body.reason, device: device.code, station: station.code },
      })
      const definition = permitted(call, device)
      const confirmed = definition.confirm !== 'none'
      if (confirmed) {
        if (!body.confirm) return confirmationMissing()
        if (body.reason.trim() === '') refuse('invalid', { field: 'reason', message: { zh: '请填写操作原因', en: 'Give a reason' } })
        await confirmPassword(security, principal, body.confirm.password, 'confirm.password')
        confirmCode(body.confirm.deviceCode, device.code)
      }
      const wish = {
        org: principal.org,
        station: station.id,
        target: device.id,
        code: body.code,
        args: body.args,
        reason: body.reason,
        by: person,
        confirmed,
      }
      const row = await intake.take(wish, body.idempotencyKey)
      note({ after: { id: row.id, code: row.code, args: row.args, reason: row.reason, phase: row.phase }, before: row.before })
      return row
    },

    approveCommand: async (call) => {
      const { params, body, principal, person, note } = call
      const row = await rowOf(params.command)
      note({ before: { phase: row.phase, code: row.code, target: row.target, requestedBy: row.requestedBy.id } })
      if (row.requestedBy.id === principal.id)
        refuse('not-permitted', { code: 'same-person', message: { zh: '发起人不能复核自己的命令', en: 'Who asked may not approve' } })
      if (!principal.permissions.has(`command:${row.code}`)) refuse('not-permitted')
      await confirmPassword(security, principal, body.password, 'password')
      const { command } = await ask(runtime, { type: 'command.approve', station: row.station, id: row.id, by: person })
      const next = command ? stateAsRow(runtime, command) : await rowOf(row.id)
      note({ after: { phase: next.phase } })
      return orRejected(next)
    },

    cancelCommand: async ({ params, principal, person, note }) => {
      const row = await rowOf(params.command)
      note({ before: { phase: row.phase, code: row.code, target: row.target } })
      if (row.requestedBy.id !== principal.id && !principal.permissions.has('command:approve')) refuse('not-permitted')
      const { command } = await ask(runtime, { type: 'command.cancel', station: row.station, id: row.id, by: person })
      const next = command ? stateAsRow(runtime, command) : await rowOf(row.id)
      note({ after: { phase: next.phase } })
      return next
    },
  }
}

/** The command of this device's kind, if the person may issue it. */
function permitted({ body, principal }: Call<'issueCommand'>, device: DeviceConfig): CommandDefinition {
  if (!allCodes.has(body.code)) refuse('invalid', { code: 'UNKNOWN_COMMAND', field: 'code', message: rejectMessage('UNKNOWN_COMMAND') })
  if (!principal.permissions.has(`command:${body.code}`)) refuse('not-permitted')
  const definition = findKind(device.kind)?.commands.find(({ code }) => code === body.code)
  return definition ?? refuse('conflict', { code: 'NOT_APPLICABLE', message: rejectMessage('NOT_APPLICABLE') })
}
