import { analog, counter, flag, setting } from '../define.ts'

export const points = [
  analog('differentialPressure', ['过滤器压差', 'Differential pressure'], [0, 2, 'bar'], 0.08, { sampleMs: 10000, deadband: 0.01 }),
  counter('elementHours', ['滤芯使用时间', 'Element hours'], [0, 20000, 'h'], 2200, { sampleMs: 60000, deadband: 1 }),
  setting('elementHoursMax', ['滤芯最大时间', 'Element service life'], [0, 20000, 'h'], 6000, { sampleMs: 600000, deadband: 1 }),
  flag('drainFault', ['自动排水故障', 'Automatic drain fault'], false, { sampleMs: 5000, tier: 'recommended' }),
]
