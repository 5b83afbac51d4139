import { command, parameter } from '../define.ts'

export const commands = [
  command('camera.open', 'R0', 'none', ['打开视频', 'Open video'], {
    params: [
      parameter('reason', ['原因', 'Reason'], 'enum', {
        values: ['REMOTE_OPERATION', 'FIRE', 'FLOOD', 'INTRUSION', 'UNAUTHORIZED_MOVEMENT', 'MANUAL'],
      }),
    ],
    permissives: ['online'],
    presenceForbids: false,
    requiresVideo: false,
    allowAutomation: true,
    idempotent: true,
    minIntervalS: 0,
    effectS: 10,
    verify: 'streamOpen',
    roles: ['viewer', 'operator', 'engineer', 'system'],
  }),
  command('camera.close', 'R0', 'none', ['关闭视频', 'Close video'], {
    permissives: ['online'],
    presenceForbids: false,
    requiresVideo: false,
    allowAutomation: true,
    idempotent: true,
    minIntervalS: 0,
    effectS: 10,
    verify: '!streamOpen',
    roles: ['viewer', 'operator', 'system'],
  }),
  command('camera.snapshot', 'R0', 'none', ['抓拍', 'Snapshot'], {
    permissives: ['online'],
    presenceForbids: false,
    requiresVideo: false,
    allowAutomation: true,
    minIntervalS: 1,
    effectS: 10,
    verify: 'true',
  }),
]
