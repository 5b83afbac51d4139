import { analog, counter, flag } from '../define.ts'

export const points = [
  analog('flow', ['瞬时流量(FAD)', 'Flow (FAD)'], [0, 500, 'm3/min'], 25, {
    sampleMs: 1000,
    deadband: 0.05,
    note: 'Normalised to 1 bar(a), 20 degC, 0 %RH. 1 m3 FAD = 0.9196 Nm3 (0 degC, 101.325 kPa) = 0.9869 Sm3 (20 degC, 101.325 kPa).',
  }),
  analog('flowNormal', ['标况流量', 'Flow, normal conditions'], [0, 500, 'Nm3/min'], 23, {
    sampleMs: 1000,
    deadband: 0.05,
    tier: 'recommended',
  }),
  counter('total', ['累计流量(FAD)', 'Total air (FAD)'], [0, 10000000000, 'm3'], 9800000, { sampleMs: 10000, deadband: 0.1 }),
  analog('pressure', ['管道压力', 'Line pressure'], [0, 16, 'bar'], 6.9, { sampleMs: 5000, deadband: 0.02 }),
  analog('temperature', ['介质温度', 'Air temperature'], [-30, 90, 'degC'], 30, { sampleMs: 5000, deadband: 0.2 }),
  flag('signalFault', ['信号故障', 'Signal fault'], false, { sampleMs: 5000, tier: 'recommended' }),
]
