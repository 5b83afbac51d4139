import { analog, flag } from '../define.ts'

export const points = [
  analog('waterOutTemperature', ['出水温度', 'Supply water temperature'], [0, 60, 'degC'], 28, { sampleMs: 5000, deadband: 0.2 }),
  analog('waterInTemperature', ['回水温度', 'Return water temperature'], [0, 70, 'degC'], 35, { sampleMs: 5000, deadband: 0.2 }),
  flag('fanRunning', ['风机运行', 'Fan running'], true, { sampleMs: 1000 }),
  flag('fanFault', ['风机故障', 'Fan fault'], false, { sampleMs: 1000, interlock: true }),
  analog('fanFrequency', ['风机频率', 'Fan frequency'], [0, 60, 'Hz'], 40, { sampleMs: 5000, deadband: 0.2, tier: 'recommended' }),
  analog('basinLevelPercent', ['水盘液位', 'Basin level'], [0, 100, '%'], 70, { sampleMs: 10000, deadband: 1 }),
  analog('conductivity', ['电导率', 'Conductivity'], [0, 5000, 'uS/cm'], 900, { sampleMs: 60000, deadband: 10, tier: 'optional' }),
  analog('activePower', ['功率', 'Power'], [0, 50, 'kW'], 5.5, { sampleMs: 5000, deadband: 0.1, tier: 'recommended' }),
]
