import { z } from 'zod'
import { repair, type RowOf } from '@twin/models/records'
import type { Person } from '@twin/models/twin'
import { Refusal } from '../../http/api-error.ts'
import { installation } from '../../records/engine.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'
import type { LivePort } from '../live-port.ts'
import type { OutboxWork } from '../outbox-work.ts'
import { takeParts } from './maintenance-parts.ts'

type Repair = RowOf<typeof repair>
const HOUR = 3_600_000
const isTagged = (row: Repair): boolean => row.taggedAt !== null && row.untaggedAt === null
const refuse = (code: string, zh: string, en: string, reason: 'conflict' | 'not-permitted' = 'conflict'): never => {
  throw new Refusal(reason, { code, message: { zh, en } })
}
const hold = (turn: Turn, row: Repair): void => turn.emit('repair.hold', { repair: row.id })
const deviceOf = (live: LivePort, { station, device }: Repair) => live.station(station)?.devices.find(({ id }) => id === device)

export const repairService: AnyService = defineService({
  record: repair,
  async beforeSave({ turn, before, after }) {
    if (!deviceOf(turn.live, after))
      throw new Refusal('invalid', {
        field: 'device',
        message: { zh: '设备不属于该站点', en: 'The device is not of this station' },
      })
    return before ? undefined : { document: await nextDocument(turn, repair, 'WX'), partsCost: 0, cost: 0 }
  },
  guards: {
    untagged({ row }) {
      if (isTagged(row)) refuse('tag-hangs', '请先摘牌解锁', 'Take the lock-out tag off first')
      return Promise.resolve()
    },
    tested({ turn, row }) {
      const dries = turn.live.station(row.station)?.devices.some(({ kind }) => kind === 'dryer') ?? false
      if (row.testPressure === null || (dries && row.testDewPoint === null))
        refuse(
          'no-test-run',
          dries ? '须登记试运行压力和露点' : '须登记试运行压力',
          dries ? 'Test-run pressure and dew point are missing' : 'The test-run pressure is missing',
        )
      if (turn.actor.id !== null && turn.actor.id === row.technician)
        refuse('own-work', '不能验收自己的维修', 'Nobody accepts his own repair', 'not-permitted')
      return Promise.resolve()
    },
  },
  effects: {
    begin({ turn, row }) {
      hold(turn, row)
      const device = deviceOf(turn.live, row)
      const lost = device?.kind === 'compressor' ? (device.settings['ratedFlow'] ?? null) : null
      return Promise.resolve({ technician: turn.actor.id, startedAt: turn.now, lostCapacity: lost })
    },
    hang({ turn, row }) {
      if (isTagged(row)) refuse('tag-hangs', '已挂牌', 'A tag hangs already')
      hold(turn, row)
      return Promise.resolve({ taggedBy: turn.actor.id, taggedAt: turn.now, untaggedAt: null })
    },
    unhang({ turn, row }) {
      if (!isTagged(row)) refuse('no-tag', '未挂牌', 'No tag hangs here')
      if (row.taggedBy !== turn.actor.id)
        refuse('not-your-tag', '只有挂牌人可以摘牌', 'Only who hung the tag takes it off', 'not-permitted')
      hold(turn, row)
      return Promise.resolve({ untaggedAt: turn.now })
    },
    async take({ turn, row, input, records }) {
      const used = [...row.parts, ...(await takeParts(turn, records, input.lines, row.document))]
      const partsCost = used.reduce((sum, { amount }) => sum + amount, 0)
      return { parts: used, partsCost, cost: partsCost + (row.labourCost ?? 0) }
    },
    end({ turn, row, input }) {
      hold(turn, row)
      const before = row.downtime ?? 0
      const downtime = before + (turn.now - (row.resumedAt ?? row.startedAt ?? turn.now)) / HOUR
      return Promise.resolve({
        endedAt: turn.now,
        downtime: Math.round(downtime * 1000) / 1000,
        lostAir: row.lostCapacity === null ? null : Math.round(downtime * 60 * row.lostCapacity * 10) / 10,
        cost: row.partsCost + input.labourCost,
      })
    },
    again({ turn, row }) {
      hold(turn, row)
      return Promise.resolve({ resumedAt: turn.now, endedAt: null, testPressure: null, testDewPoint: null })
    },
    sign: ({ turn }) => Promise.resolve({ acceptor: turn.actor.id, acceptedAt: turn.now }),
  },
})

const emitted = z.object({ repair: z.string() })

/**
 * Brings the device to what the repair says now, whatever was said before: messages may come twice or in another order. The row's lock keeps
 * the next transition away until the device is held or free.
 */
export const holdByRepair: OutboxWork = async ({ body, org, records, live }) => {
  const { repair: id } = emitted.parse(body)
  await records.run(installation(org), async (turn) => {
    const row = await records.writer.lock(turn, repair, id)
    const held = row.state === 'inProgress'
    const { station, device, document, fault } = row
    const hang = async (kind: 'repair' | 'lockout', on: boolean, who: string | null): Promise<boolean> => {
      const reply = await live.ask({
        type: 'device.lockout',
        station,
        device,
        by: await personOf(turn, who),
        on,
        reason: fault.slice(0, 200),
        document,
        kind,
      })
      // A device that is gone needs no lock.
      if (!reply.ok && reply.reason !== 'not-found') throw new Error(`${kind} of ${device}: ${reply.reason} ${reply.detail}`)
      return reply.ok
    }
    // What protects people comes first and goes last.
    const tagged = isTagged(row)
    if (tagged) await hang('lockout', true, row.taggedBy)
    const done = await hang('repair', held, row.technician)
    if (!tagged && row.taggedBy !== null) await hang('lockout', false, row.taggedBy)
    const since = held && done ? (row.heldSince ?? turn.now) : null
    if (since === row.heldSince) return
    await turn.trx.updateTable('repair').set({ heldSince: since }).where('id', '=', id).execute()
    turn.bells.add('record:repair')
  })
}

async function personOf(turn: Turn, id: string | null): Promise<Person> {
  const user = id === null ? undefined : await turn.trx.selectFrom('authUser').select('name').where('id', '=', id).executeTakeFirst()
  const name = user?.['name']
  return { id: id ?? 'system', name: typeof name === 'string' ? name : 'system', from: 'records' }
}
