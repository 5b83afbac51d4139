import { analog, counter, flag, setting } from '../define.ts'

export const points = [
  analog('pressure', ['储气罐压力', 'Receiver pressure'], [0, 16, 'bar'], 7, { sampleMs: 1000, deadband: 0.02 }),
  analog('temperature', ['储气罐温度', 'Receiver temperature'], [-30, 90, 'degC'], 35, {
    sampleMs: 10000,
    deadband: 0.5,
    tier: 'recommended',
  }),
  flag('drainOpen', ['排水阀开', 'Drain valve open'], false, { sampleMs: 1000, tier: 'recommended' }),
  counter('drainCyclesTotal', ['排水次数', 'Drain cycles'], [0, 10000000, '1'], 9000, { sampleMs: 60000, deadband: 1, tier: 'optional' }),
  flag('liquidLevelHigh', ['积液高位', 'Condensate level high'], false, { sampleMs: 5000, tier: 'recommended' }),
  flag('safetyValveLifted', ['安全阀起跳', 'Safety valve lifted'], false, { sampleMs: 1000, tier: 'optional' }),
  setting('workingPressureMax', ['最高允许工作压力', 'Maximum allowable working pressure'], [6, 16, 'bar'], 8.4, {
    sampleMs: 600000,
    deadband: 0.01,
    note: 'Nameplate attribute.',
  }),
  analog('inspectionDueDays', ['法定检验剩余天数', 'Days to statutory inspection'], [-3650, 3650, 'd'], 400, {
    sampleMs: 0,
    deadband: 1,
    tier: 'derived',
  }),
  analog('safetyValveDueDays', ['安全阀校验剩余天数', 'Days to safety valve check'], [-3650, 1200, 'd'], 180, {
    sampleMs: 0,
    deadband: 1,
    tier: 'derived',
  }),
]
