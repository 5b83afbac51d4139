import { alarm } from '../define.ts'

export const alarms = [
  alarm('FM-001', 'P3', 'process', ['流量计信号故障', 'Flow meter signal fault'], {
    condition: 'signalFault || bad(flow)',
    clear: '!signalFault && !bad(flow)',
    delays: [30, 60],
    consequence: ['计费数据缺失', 'Billing data loss'],
    action: ['计费改用替代值,检修', 'Switch billing to substitute value; repair'],
    respondWithinMin: 60,
    effects: ['billingSubstitute', 'workOrder'],
    trip: { signalFault: true },
  }),
]
