import { analog, counter, setting } from '../define.ts'

export const points = [
  analog('voltageAb', ['AB线电压', 'Voltage A-B'], [0, 500, 'V'], 385, { sampleMs: 5000, deadband: 1 }),
  analog('voltageBc', ['BC线电压', 'Voltage B-C'], [0, 500, 'V'], 385, { sampleMs: 5000, deadband: 1 }),
  analog('voltageCa', ['CA线电压', 'Voltage C-A'], [0, 500, 'V'], 385, { sampleMs: 5000, deadband: 1 }),
  analog('currentA', ['A相电流', 'Current phase A'], [0, 5000, 'A'], 320, { sampleMs: 1000, deadband: 1 }),
  analog('currentB', ['B相电流', 'Current phase B'], [0, 5000, 'A'], 320, { sampleMs: 1000, deadband: 1 }),
  analog('currentC', ['C相电流', 'Current phase C'], [0, 5000, 'A'], 320, { sampleMs: 1000, deadband: 1 }),
  analog('activePower', ['总有功功率', 'Total active power'], [0, 5000, 'kW'], 190, { sampleMs: 1000, deadband: 0.5, opc: 'Power' }),
  analog('reactivePower', ['总无功功率', 'Total reactive power'], [-5000, 5000, 'kvar'], 80, {
    sampleMs: 5000,
    deadband: 0.5,
    tier: 'recommended',
  }),
  analog('apparentPower', ['总视在功率', 'Total apparent power'], [0, 5000, 'kVA'], 206, {
    sampleMs: 5000,
    deadband: 0.5,
    tier: 'recommended',
    opc: 'ApparentPower',
  }),
  analog('powerFactor', ['功率因数', 'Power factor'], [-1, 1, '1'], 0.92, { sampleMs: 5000, deadband: 0.005 }),
  analog('frequency', ['频率', 'Frequency'], [45, 55, 'Hz'], 50, { sampleMs: 5000, deadband: 0.02 }),
  counter('activeEnergyImport', ['正向有功电能', 'Active energy import'], [0, 1000000000, 'kWh'], 1250000, {
    sampleMs: 10000,
    deadband: 0.01,
    opc: 'Energy',
    note: 'Billing-grade counter; never deadband away the last value of a settlement interval.',
  }),
  analog('demand15m', ['15分钟需量', '15 min demand'], [0, 5000, 'kW'], 185, { sampleMs: 60000, deadband: 1, tier: 'recommended' }),
  analog('voltageImbalance', ['电压不平衡度', 'Voltage imbalance'], [0, 50, '%'], 0.6, {
    sampleMs: 10000,
    deadband: 0.1,
    tier: 'recommended',
  }),
  analog('currentImbalance', ['电流不平衡度', 'Current imbalance'], [0, 100, '%'], 3, {
    sampleMs: 10000,
    deadband: 0.2,
    tier: 'recommended',
  }),
  analog('thdVoltage', ['电压谐波畸变', 'Voltage harmonic distortion'], [0, 50, '%'], 2.5, {
    sampleMs: 10000,
    deadband: 0.1,
    tier: 'optional',
  }),
  analog('thdCurrent', ['电流谐波畸变', 'Current harmonic distortion'], [0, 150, '%'], 12, {
    sampleMs: 10000,
    deadband: 0.5,
    tier: 'optional',
  }),
  setting('ctRatio', ['电流变比', 'Current transformer ratio'], [1, 2000, '1'], 80, { sampleMs: 600000, deadband: 0 }),
]
