import { alarm } from '../define.ts'

export const alarms = [
  alarm('OL-001', 'P3', 'process', ['出口压力低于合同', 'Outlet pressure below contract'], {
    condition: 'flow > 0.1 && pressure < cfg.contractPressure',
    clear: 'pressure > cfg.contractPressure + 0.1',
    delays: [30, 60],
    parent: 'ST-002',
    suppressWhen: "station.sequencingMode == 'LEAK_TEST' || station.sequencingMode == 'OFF'",
    consequence: ['该用户供气违约', 'Contract breach for this customer'],
    action: ['检查出口阀、支管压降与母管压力', 'Check outlet valve, branch pressure drop and header pressure'],
    respondWithinMin: 15,
    effects: ['qualityBreach'],
    trip: { pressure: 5.2 },
  }),
  alarm('OL-002', 'P3', 'process', ['出口露点超合同', 'Outlet dew point above contract'], {
    condition: 'dewPoint > cfg.contractDewPoint',
    clear: 'dewPoint < cfg.contractDewPoint - 2',
    delays: [600, 300],
    parent: 'DR-002',
    consequence: ['该用户用气质量违约', 'Air quality breach for this customer'],
    action: ['检查干燥机与支管排水', 'Check dryers and branch drains'],
    respondWithinMin: 60,
    effects: ['qualityBreach'],
    trip: { dewPoint: 13 },
  }),
  alarm('OL-003', 'P3', 'process', ['出口计量信号故障', 'Outlet meter signal fault'], {
    condition: 'signalFault || bad(flow)',
    clear: '!signalFault && !bad(flow)',
    delays: [30, 60],
    suppressWhen: '!gateway.online',
    consequence: ['计费数据缺失', 'Billing data loss'],
    action: ['计费改用替代值,检修', 'Switch billing to substitute value; repair'],
    respondWithinMin: 60,
    effects: ['billingSubstitute', 'workOrder'],
    trip: { signalFault: true },
  }),
]
