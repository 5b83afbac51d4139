import { workOrder } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'
import { announce } from '../foundation/index.ts'
import { nextNumber } from '../document-number.ts'

export const workOrderService: AnyService = defineService({
  record: workOrder,
  async beforeSave({ turn, before, after }) {
    if (before) return undefined
    if (after.device !== null) await atStation(turn, after.device, after.station)
    if (after.alarm !== null) await ofAlarm(turn, after.alarm, after.station, after.device)
    return { number: await nextNumber(turn, workOrder, 'number', 'GD') }
  },
  effects: {
    async tell({ turn, row, input, records }) {
      await announce(turn, records, {
        title: `派工：${row.number} ${row.title}`,
        body: `您是工单 ${row.number}“${row.title}”的负责人。You are to do work order ${row.number}.`,
        users: [input.assignee],
      })
    },
    noteDone: ({ turn }) => Promise.resolve({ doneAt: turn.now }),
    noteBack: () => Promise.resolve({ doneAt: null }),
    noteClosed: ({ turn }) => Promise.resolve({ closedAt: turn.now }),
  },
})

async function atStation(turn: Turn, device: string, station: string): Promise<void> {
  const row = await turn.trx.selectFrom('device').select('station').where('id', '=', device).executeTakeFirst()
  if (row?.['station'] !== station)
    throw new Refusal('invalid', {
      field: 'device',
      message: { zh: '设备不属于该站点', en: 'The device is not at this station' },
    })
}

/** An order made from an alarm is about what alarmed. */
async function ofAlarm(turn: Turn, occurrence: string, station: string, device: string | null): Promise<void> {
  const row = await turn.trx
    .selectFrom('alarmOccurrence')
    .select(['station', 'device'])
    .where('occurrence', '=', occurrence)
    .where('org', '=', turn.actor.org)
    .executeTakeFirst()
  if (!row || row['station'] !== station || (device !== null && row['device'] !== device))
    throw new Refusal('invalid', { field: 'alarm', message: { zh: '该站点没有此报警', en: 'No such alarm at this station' } })
}
