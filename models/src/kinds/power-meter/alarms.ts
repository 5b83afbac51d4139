import { alarm } from '../define.ts'

export const alarms = [
  alarm('PM-001', 'P3', 'process', ['电压越限', 'Supply voltage out of range'], {
    condition: 'max(voltageAb, voltageBc, voltageCa) > 407 || min(voltageAb, voltageBc, voltageCa) < 353',
    clear: 'max(voltageAb, voltageBc, voltageCa) < 403 && min(voltageAb, voltageBc, voltageCa) > 357',
    delays: [30, 60],
    suppressWhen: '!station.mainsOk',
    consequence: ['电机过流或变频器跳闸(380 V ±7 %)', 'Motor over-current / VFD trip (380 V +/-7 %)'],
    action: ['联系供电,避免启动', 'Contact power dispatcher, avoid starts'],
    respondWithinMin: 120,
    trip: { voltageAb: 345 },
  }),
  alarm('PM-002', 'P3', 'process', ['电压不平衡', 'Voltage imbalance high'], {
    condition: 'voltageImbalance > 2',
    clear: 'voltageImbalance < 1.5',
    delays: [120, 120],
    consequence: ['电机发热', 'Motor heating'],
    action: ['检查变压器与负荷', 'Check transformer and loads'],
    respondWithinMin: 120,
    trip: { voltageImbalance: 2.6 },
  }),
  alarm('PM-003', 'P3', 'process', ['需量接近上限', 'Demand limit approaching'], {
    condition: 'demand15m > 0.95 * cfg.contractDemand',
    clear: 'demand15m < 0.90 * cfg.contractDemand',
    delays: [0, 300],
    consequence: ['需量电费罚款', 'Demand charge penalty'],
    action: ['暂缓启动,切除空载机', 'Hold starts; shed unloaded units'],
    respondWithinMin: 15,
    trip: { demand15m: 290 },
  }),
  alarm('PM-004', 'P3', 'process', ['功率因数低', 'Power factor low'], {
    condition: "activePower > 0.2 * cfg.contractDemand && avg(powerFactor, '15m') < 0.9",
    clear: "avg(powerFactor, '15m') > 0.91",
    delays: [900, 900],
    consequence: ['功率因数低于0.90被罚款', 'Utility penalty below 0.90'],
    action: ['检查电容补偿', 'Check capacitor bank'],
    respondWithinMin: 120,
    trip: { powerFactor: 0.85 },
  }),
]
