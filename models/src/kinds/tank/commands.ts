import { command, parameter } from '../define.ts'

export const commands = [
  command('tank.drain', 'R2', 'none', ['储气罐排水', 'Drain receiver'], {
    params: [parameter('seconds', ['时长', 'Duration'], 'integer', { unit: 's', min: 1, max: 15 })],
    permissives: ['gateway.online', '!station.remoteLockout'],
    allowAutomation: true,
    minIntervalS: 60,
    effectS: 10,
    verify: 'drainOpen',
    notes: 'Valve must spring-close without power; hard limit 15 s in the edge.',
  }),
]
