import { command } from '../define.ts'

export const commands = [
  command('gateway.rebirth', 'R0', 'none', ['请求重新上报', 'Request rebirth'], {
    permissives: ['online'],
    presenceForbids: false,
    requiresVideo: false,
    allowAutomation: true,
    idempotent: true,
    minIntervalS: 30,
    effectS: 30,
    verify: 'true',
    roles: ['system', 'engineer'],
  }),
  command('gateway.syncClock', 'R0', 'none', ['校时', 'Sync clock'], {
    permissives: ['online'],
    presenceForbids: false,
    requiresVideo: false,
    allowAutomation: true,
    idempotent: true,
    minIntervalS: 60,
    effectS: 30,
    verify: 'abs(clockOffsetMs) < 500',
    roles: ['system', 'engineer'],
  }),
  command('gateway.restart', 'R2', 'twoPerson', ['重启网关', 'Restart gateway'], {
    permissives: ['online'],
    presenceForbids: false,
    requiresVideo: false,
    minIntervalS: 1800,
    effectS: 180,
    verify: 'lastSeenAgeS < 10',
    roles: ['engineer'],
    notes: 'Local control continues.',
  }),
]
