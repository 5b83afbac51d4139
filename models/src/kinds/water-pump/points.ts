import { analog, counter, flag, state } from '../define.ts'

export const points = [
  state('runState', ['运行状态', 'Run state'], ['OFFLINE', 'STOPPED', 'RUNNING', 'STANDBY', 'FAULT'], 'RUNNING', {
    sampleMs: 1000,
    interlock: true,
  }),
  flag('faultActive', ['故障', 'Fault'], false, { sampleMs: 1000, interlock: true }),
  analog('outletPressure', ['出口压力', 'Outlet pressure'], [0, 10, 'bar'], 3, { sampleMs: 1000, deadband: 0.02 }),
  analog('flow', ['流量', 'Water flow'], [0, 1000, 'm3/h'], 60, { sampleMs: 5000, deadband: 0.5, tier: 'optional' }),
  analog('motorCurrent', ['电流', 'Motor current'], [0, 300, 'A'], 28, { sampleMs: 5000, deadband: 0.3, tier: 'recommended' }),
  analog('frequency', ['频率', 'Frequency'], [0, 60, 'Hz'], 45, { sampleMs: 5000, deadband: 0.2, tier: 'optional' }),
  analog('activePower', ['功率', 'Power'], [0, 200, 'kW'], 11, { sampleMs: 5000, deadband: 0.1, tier: 'recommended' }),
  counter('runningHours', ['运行时间', 'Running hours'], [0, 200000, 'h'], 9000, { sampleMs: 60000, deadband: 0.1, opc: 'RunningTime' }),
  analog('vibrationVelocity', ['振动速度', 'Vibration velocity'], [0, 50, 'mm/s'], 2, { sampleMs: 5000, deadband: 0.1, tier: 'optional' }),
]
