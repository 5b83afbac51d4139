import { command, parameter } from '../define.ts'

export const commands = [
  command('waterPump.start', 'R3', 'single', ['启动水泵', 'Start pump'], {
    permissives: ['gateway.online', '!station.remoteLockout', '!faultActive', "runState == 'STOPPED' || runState == 'STANDBY'"],
    allowAutomation: true,
    minIntervalS: 30,
    effectS: 20,
    verify: "runState == 'RUNNING'",
  }),
  command('waterPump.stop', 'R3', 'single', ['停止水泵', 'Stop pump'], {
    params: [
      parameter('standbyRunning', ['备泵运行', 'Standby running'], 'boolean', { optional: true, note: 'set by the twin, not by the user' }),
    ],
    permissives: [
      'gateway.online',
      '!station.remoteLockout',
      "runState == 'RUNNING'",
      'station.runningUnits == 0 || param.standbyRunning == true',
    ],
    allowAutomation: true,
    minIntervalS: 30,
    effectS: 20,
    verify: "runState == 'STOPPED' || runState == 'STANDBY'",
  }),
]
