import { alarm, notice } from '../define.ts'

export const alarms = [
  alarm('FL-001', 'P3', 'process', ['管路过滤器压差高', 'Line filter differential pressure high'], {
    condition: 'differentialPressure > 0.35',
    clear: 'differentialPressure < 0.25',
    delays: [600, 300],
    consequence: ['能量损失,滤芯破裂', 'Energy loss; element rupture'],
    action: ['更换滤芯', 'Replace element'],
    respondWithinMin: 120,
    effects: ['workOrder'],
    trip: { differentialPressure: 0.4 },
  }),
  alarm('FL-002', 'P3', 'process', ['过滤器排水故障', 'Filter drain fault'], {
    condition: 'drainFault',
    clear: '!drainFault',
    delays: [300, 60],
    consequence: ['液体带入下游', 'Liquid carry-over'],
    action: ['清洗排水器', 'Clean drain'],
    respondWithinMin: 120,
    effects: ['workOrder'],
    trip: { drainFault: true },
  }),
]

export const notices = [
  notice('MT-007', ['滤芯到期', 'Filter element due'], 'elementHours >= 0.95 * elementHoursMax', 'maintenance', { elementHours: 99999 }),
]
