import type { Label } from '@twin/models/kinds'
import type { RejectCode } from '@twin/models/twin'

/** Why a command was refused or stopped, in words for people. */
const reasons: Readonly<Record<RejectCode, readonly [string, string]>> = {
  ROOM_OCCUPIED: ['站房有人或人员情况未知，禁止远程操作', 'The room is occupied or presence is unknown: remote operation is forbidden'],
  VIDEO_UNAVAILABLE: ['站房视频未能打开', 'The room camera could not be opened'],
  NOT_REMOTE: ['设备不在远程模式', 'The device is not in remote mode'],
  ESTOP: ['急停已按下', 'The emergency stop is pressed'],
  LOCKOUT: ['已设远程锁定', 'Remote lock-out is set'],
  FAULT_ACTIVE: ['设备有未消除的故障', 'The device has an active fault'],
  RESTART_DELAY: ['未到再启动间隔', 'The restart delay has not passed'],
  MAX_STARTS: ['每小时启动次数已达上限', 'The limit of starts per hour is reached'],
  MIN_INTERVAL: ['距上次命令间隔太短', 'Too soon after the last command'],
  GATEWAY_OFFLINE: ['网关或设备离线', 'The gateway or device is offline'],
  PARAM_RANGE: ['参数超出允许范围', 'An argument is out of range'],
  EMERGENCY_ACTIVE: ['站房有火警或水淹等紧急情况', 'An emergency (fire, flood) is active'],
  PRESSURE_HIGH: ['压力过高', 'The pressure is too high'],
  STATE_MISMATCH: ['设备状态不允许此操作', 'The state of the device does not allow it'],
  NOT_AUTHORISED: ['没有权限', 'Not authorised'],
  APPROVAL_TIMEOUT: ['复核超时', 'Nobody approved it in time'],
  EXPIRED: ['命令已过期', 'The command expired'],
  BUSY: ['已有命令在执行', 'Another command is in progress'],
  DATA_BAD: ['所需测点缺失、过时或为坏值', 'A point it depends on is missing, stale or bad'],
  UNKNOWN_COMMAND: ['未知命令', 'Unknown command'],
  NOT_APPLICABLE: ['此设备没有该命令', 'This device has no such command'],
  CONFIRMATION: ['身份确认未通过（密码或设备编号）', 'The confirmation failed (password or device code)'],
  CANCELLED: ['已被撤销', 'Cancelled'],
  DEVICE_REFUSED: ['设备拒绝执行', 'The device refused it'],
}

/** Words for a reject code; a code of a newer server is shown as it stands. */
export function reasonText(code: string): Label {
  const pair = (reasons as Readonly<Record<string, readonly [string, string]>>)[code]
  return pair ? { zh: pair[0], en: pair[1] } : { zh: code, en: code }
}
