import { command, parameter } from '../define.ts'

export const commands = [
  command('coolingTower.setFan', 'R2', 'none', ['设置冷却塔风机', 'Set tower fan'], {
    params: [parameter('frequency', ['频率', 'Frequency'], 'number', { unit: 'Hz', min: 0, max: 50 })],
    permissives: ['gateway.online', '!station.remoteLockout', '!fanFault'],
    allowAutomation: true,
    idempotent: true,
    minIntervalS: 30,
    effectS: 30,
    verify: 'abs(fanFrequency - param.frequency) < 1',
  }),
]
