import { alarm } from '../define.ts'

export const alarms = [
  alarm('GW-001', 'P2', 'comms', ['网关离线(失去监视)', 'Gateway offline (loss of view)'], {
    condition: '!online || lastSeenAgeS > 60',
    clear: 'online && lastSeenAgeS < 30',
    delays: [30, 30],
    consequence: ['失去监视与远程控制,计费出现缺口', 'No monitoring or remote control; billing gap'],
    action: ['检查电源/SIM/平台;按有人处理;就地自动运行', 'Check power, SIM, broker; treat room as occupied; local control continues'],
    respondWithinMin: 15,
    effects: ['blockRemote', 'markOffline'],
    trip: { online: false },
  }),
  alarm('GW-002', 'P3', 'comms', ['总线错误率高', 'Fieldbus error rate high'], {
    condition: 'busErrorRate > 5',
    clear: 'busErrorRate < 2',
    delays: [300, 300],
    consequence: ['设备数据陈旧', 'Stale device data'],
    action: ['检查485终端电阻/地址冲突', 'Check RS-485 termination, address clash'],
    respondWithinMin: 120,
    trip: { busErrorRate: 9 },
  }),
  alarm('GW-003', 'P3', 'comms', ['网关时钟偏差', 'Gateway clock offset'], {
    condition: 'abs(clockOffsetMs) > 2000',
    clear: 'abs(clockOffsetMs) < 500',
    delays: [60, 60],
    consequence: ['事件顺序错乱、电价时段错误', 'Wrong event order, wrong tariff period'],
    action: ['强制校时', 'Force NTP sync'],
    respondWithinMin: 120,
    trip: { clockOffsetMs: 5000 },
  }),
  alarm('GW-004', 'P3', 'comms', ['网关缓存将满', 'Gateway buffer nearly full'], {
    condition: 'bufferDepth > 0.8 * bufferCapacity',
    clear: 'bufferDepth < 0.5 * bufferCapacity',
    delays: [60, 60],
    parent: 'GW-001',
    consequence: ['历史数据丢失', 'History loss'],
    action: ['恢复上行链路', 'Restore uplink'],
    respondWithinMin: 120,
    trip: { bufferDepth: 450000 },
  }),
]
