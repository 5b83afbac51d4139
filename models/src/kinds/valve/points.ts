import { analog, flag, state } from '../define.ts'

export const points = [
  state('valveState', ['阀位状态', 'Valve state'], ['OPEN', 'CLOSED', 'MOVING', 'FAULT'], 'OPEN', {
    sampleMs: 1000,
    interlock: true,
    opc: 'OperatingState',
  }),
  analog('openPercent', ['开度', 'Opening'], [0, 100, '%'], 100, { sampleMs: 1000, deadband: 1, tier: 'recommended' }),
  flag('remoteEnabled', ['远程使能', 'Remote enabled'], true, { sampleMs: 1000, interlock: true }),
  flag('faultActive', ['故障', 'Fault'], false, { sampleMs: 1000, interlock: true }),
]
