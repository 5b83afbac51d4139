import { analog, counter, flag } from '../define.ts'

export const points = [
  analog('flow', ['瞬时流量(FAD)', 'Flow (FAD)'], [0, 500, 'm3/min'], 8, { sampleMs: 1000, deadband: 0.05 }),
  counter('total', ['累计流量(FAD)', 'Total air (FAD)'], [0, 10_000_000_000, 'm3'], 3_000_000, {
    sampleMs: 10_000,
    deadband: 0.1,
    note: 'Billing-grade counter of this customer; never deadband away the last value of a settlement interval.',
  }),
  analog('pressure', ['出口压力', 'Outlet pressure'], [0, 16, 'bar'], 6.7, { sampleMs: 1000, deadband: 0.02 }),
  analog('dewPoint', ['出口压力露点', 'Outlet pressure dew point'], [-80, 40, 'degC'], 5, {
    sampleMs: 10_000,
    deadband: 0.3,
    tier: 'recommended',
  }),
  flag('signalFault', ['信号故障', 'Signal fault'], false, { sampleMs: 5000, tier: 'recommended' }),
]
