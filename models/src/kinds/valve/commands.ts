import { command } from '../define.ts'

const ready = ['remoteEnabled', '!station.remoteLockout', 'gateway.online', '!faultActive']

export const commands = [
  command('valve.open', 'R3', 'single', ['打开阀门', 'Open valve'], {
    permissives: [
      ...ready,
      "valveState == 'CLOSED'",
      '!station.fireAlarm && !station.floodAlarm',
      'cfg.suppliesCustomer == 0 || station.headerPressure >= station.minPressureSet',
    ],
    allowAutomation: true,
    minIntervalS: 30,
    effectS: 40,
    verify: "valveState == 'OPEN'",
    notes: 'An outlet valve opens only when the header carries at least the minimum permitted pressure.',
  }),
  command('valve.close', 'R3', 'single', ['关闭阀门', 'Close valve'], {
    permissives: [...ready, "valveState == 'OPEN' || valveState == 'MOVING'"],
    allowAutomation: true,
    minIntervalS: 30,
    effectS: 40,
    verify: "valveState == 'CLOSED'",
    notes: 'Cuts customers off: warn before closing an outlet valve that carries flow.',
  }),
]
