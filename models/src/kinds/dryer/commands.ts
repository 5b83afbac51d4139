import { command, parameter } from '../define.ts'

export const commands = [
  command('dryer.start', 'R3', 'single', ['启动干燥机', 'Start dryer'], {
    permissives: [
      'gateway.online',
      '!station.remoteLockout',
      '!faultActive',
      "runState == 'STOPPED' || runState == 'STANDBY'",
      'stuckS(runState) >= 180',
    ],
    allowAutomation: true,
    minIntervalS: 180,
    effectS: 60,
    verify: "runState == 'RUNNING'",
    notes: 'Refrigerated: 3 min anti-short-cycle; start at least 5 min before the first compressor.',
  }),
  command('dryer.stop', 'R3', 'single', ['停止干燥机', 'Stop dryer'], {
    params: [parameter('forced', ['强制', 'Forced'], 'boolean', { optional: true })],
    permissives: ['gateway.online', '!station.remoteLockout', "runState == 'RUNNING'", 'station.runningUnits == 0 || param.forced == true'],
    allowAutomation: true,
    minIntervalS: 60,
    effectS: 60,
    verify: "runState == 'STOPPED' || runState == 'STANDBY'",
    notes: 'Never stop the last running dryer while air flows unless forced by an engineer with reason.',
  }),
  command('dryer.drain', 'R2', 'none', ['干燥机排水', 'Drain dryer'], {
    params: [parameter('seconds', ['时长', 'Duration'], 'integer', { unit: 's', min: 1, max: 20 })],
    permissives: ['gateway.online', '!station.remoteLockout'],
    allowAutomation: true,
    minIntervalS: 30,
    effectS: 10,
    verify: 'drainActive',
  }),
  command('dryer.resetFault', 'R3', 'single', ['干燥机故障复位', 'Reset dryer fault'], {
    params: [parameter('cause', ['故障原因', 'Cause found'], 'string')],
    permissives: ['gateway.online', '!station.remoteLockout', 'faultActive'],
    minIntervalS: 600,
    effectS: 15,
    verify: '!faultActive',
    roles: ['engineer'],
  }),
]
