import { alarm } from '../define.ts'

export const alarms = [
  alarm('VA-001', 'P3', 'process', ['阀门故障', 'Valve fault'], {
    condition: "faultActive || valveState == 'FAULT'",
    clear: "!faultActive && valveState != 'FAULT'",
    // The controller has made up its mind before it sends the bit: nothing is gained by waiting on top.
    delays: [0, 10],
    latched: true,
    suppressWhen: '!gateway.online',
    consequence: ['支路无法隔离或无法供气', 'Branch cannot be isolated or supplied'],
    action: ['检查执行器、电源与卡阻,必要时手动操作', 'Check actuator, supply and obstruction; operate by hand if needed'],
    respondWithinMin: 30,
    effects: ['workOrder'],
    trip: { faultActive: true },
  }),
  alarm('VA-002', 'P3', 'process', ['阀门动作超时', 'Valve travel too long'], {
    condition: "valveState == 'MOVING' && stuckS(valveState) > cfg.travelMaxS",
    clear: "valveState != 'MOVING'",
    delays: [0, 5],
    parent: 'VA-001',
    consequence: ['阀位未知,供气或隔离无法保证', 'Position unknown; neither supply nor isolation is sure'],
    action: ['现场确认阀位', 'Confirm the position on site'],
    respondWithinMin: 30,
    trip: { valveState: 'MOVING' },
    fn: { 'stuckS:valveState': 60 },
  }),
]
