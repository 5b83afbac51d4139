import { analog, flag, integer, text } from '../define.ts'

export const points = [
  flag('online', ['在线', 'Online'], true, {
    sampleMs: 1000,
    interlock: true,
    note: 'From MQTT session: birth/death (LWT) plus watchdog.',
  }),
  analog('lastSeenAgeS', ['离线时长', 'Time since last message'], [0, 10000000, 's'], 1, { sampleMs: 0, deadband: 1, tier: 'derived' }),
  analog('signalDbm', ['信号强度', 'Signal strength'], [-130, 0, 'dBm'], -75, { sampleMs: 30000, deadband: 3, tier: 'recommended' }),
  integer('bufferDepth', ['缓存条数', 'Buffered messages'], [0, 10000000, '1'], 0, { sampleMs: 10000, deadband: 100, tier: 'recommended' }),
  integer('bufferCapacity', ['缓存容量', 'Buffer capacity'], [0, 100000000, '1'], 500000, {
    sampleMs: 600000,
    deadband: 0,
    maxSilenceS: 300,
    tier: 'recommended',
  }),
  analog('busErrorRate', ['总线错误率', 'Fieldbus error rate'], [0, 100, '%'], 0.2, {
    sampleMs: 10000,
    deadband: 0.5,
    tier: 'recommended',
  }),
  analog('clockOffsetMs', ['时钟偏差', 'Clock offset'], [-1000000000, 1000000000, 'ms'], 20, {
    sampleMs: 60000,
    deadband: 50,
    tier: 'recommended',
  }),
  text('firmwareVersion', ['固件版本', 'Firmware version'], '1.0.0', { sampleMs: 600000, tier: 'recommended' }),
]
