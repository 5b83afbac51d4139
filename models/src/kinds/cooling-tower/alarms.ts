import { alarm } from '../define.ts'

export const alarms = [
  alarm('CT-001', 'P3', 'process', ['冷却水供水温度高', 'Cooling water supply temperature high'], {
    condition: 'waterOutTemperature > 33',
    clear: 'waterOutTemperature < 31',
    delays: [300, 300],
    consequence: ['所有水冷机组温度升高', 'All water-cooled units heat up'],
    action: ['加开风机/清洗填料', 'Start second fan/cell; clean fill'],
    respondWithinMin: 30,
    trip: { waterOutTemperature: 35 },
  }),
  alarm('CT-002', 'P3', 'process', ['水盘液位低', 'Tower basin level low'], {
    condition: 'basinLevelPercent < 30',
    clear: 'basinLevelPercent > 40',
    delays: [60, 60],
    consequence: ['水泵气蚀、失水', 'Pump cavitation, water loss'],
    action: ['检查补水阀与泄漏', 'Check make-up valve and leaks'],
    respondWithinMin: 30,
    trip: { basinLevelPercent: 22 },
  }),
  alarm('CT-003', 'P3', 'process', ['冷却塔风机故障', 'Tower fan fault'], {
    condition: 'fanFault',
    clear: '!fanFault',
    delays: [5, 10],
    latched: true,
    consequence: ['供水温度上升', 'Supply temperature rises'],
    action: ['启用备用塔', 'Start standby cell'],
    respondWithinMin: 30,
    effects: ['workOrder'],
    trip: { fanFault: true },
  }),
]
