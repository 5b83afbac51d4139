import { alarm } from '../define.ts'

export const alarms = [
  alarm('PU-001', 'P3', 'process', ['水泵故障', 'Pump fault'], {
    condition: 'faultActive',
    clear: '!faultActive',
    // The controller has made up its mind before it sends the bit: nothing is gained by waiting on top.
    delays: [0, 5],
    latched: true,
    parent: 'PU-002',
    consequence: ['备泵不启则失去冷却', 'Cooling lost unless standby starts'],
    action: ['确认备泵已启', 'Confirm standby pump started'],
    respondWithinMin: 10,
    effects: ['startStandby', 'workOrder'],
    trip: { faultActive: true },
  }),
  alarm('PU-002', 'P2', 'process', ['冷却水压力丧失', 'Cooling water pressure lost'], {
    condition: "runState == 'RUNNING' && outletPressure < 1.0",
    clear: "outletPressure > 1.5 || runState != 'RUNNING'",
    delays: [10, 30],
    consequence: ['水冷空压机将在1-3分钟内停机', 'Water-cooled compressors trip within 1-3 min'],
    action: ['启备泵,水冷机卸载', 'Start standby pump; unload water-cooled units'],
    respondWithinMin: 15,
    effects: ['startStandby'],
    trip: { outletPressure: 0.5 },
  }),
  alarm('PU-003', 'P3', 'process', ['水泵振动高', 'Pump vibration high'], {
    condition: 'vibrationVelocity > 7.1',
    clear: 'vibrationVelocity < 6.0',
    delays: [120, 120],
    consequence: ['轴承损坏或气蚀', 'Bearing/cavitation damage'],
    action: ['检查滤网/对中', 'Check strainer, alignment'],
    respondWithinMin: 120,
    trip: { vibrationVelocity: 9 },
  }),
]
