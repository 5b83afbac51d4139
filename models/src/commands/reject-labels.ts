import type { Label } from '../kinds/types.ts'
import type { RejectCode } from '../twin/types.ts'

export const rejectLabels: Readonly<Record<RejectCode, Label>> = {
  ROOM_OCCUPIED: { zh: '站房有人或人员状态未知', en: 'Room occupied, or presence unknown' },
  VIDEO_UNAVAILABLE: { zh: '视频未能打开', en: 'Video could not be opened' },
  NOT_REMOTE: { zh: '设备不在远程方式', en: 'Not in remote mode' },
  ESTOP: { zh: '急停已按下', en: 'Emergency stop pressed' },
  LOCKOUT: { zh: '远程锁定', en: 'Remote lock-out' },
  FAULT_ACTIVE: { zh: '设备故障', en: 'Fault active' },
  RESTART_DELAY: { zh: '重启延时未到', en: 'Restart delay not over' },
  MAX_STARTS: { zh: '每小时启动次数已满', en: 'Starts per hour used up' },
  MIN_INTERVAL: { zh: '两次操作间隔太短', en: 'Too soon after the last one' },
  GATEWAY_OFFLINE: { zh: '设备或网关离线', en: 'Device or gateway offline' },
  PARAM_RANGE: { zh: '参数不合法', en: 'Parameter not valid' },
  EMERGENCY_ACTIVE: { zh: '存在紧急状况', en: 'Emergency active' },
  PRESSURE_HIGH: { zh: '压力过高', en: 'Pressure too high' },
  STATE_MISMATCH: { zh: '当前状态不允许', en: 'Not in this state' },
  NOT_AUTHORISED: { zh: '无权执行', en: 'Not authorised' },
  APPROVAL_TIMEOUT: { zh: '复核超时', en: 'Not approved in time' },
  EXPIRED: { zh: '已过有效期', en: 'Expired' },
  BUSY: { zh: '另一命令正在执行', en: 'Another command is in progress' },
  DATA_BAD: { zh: '数据缺失、无效或过期', en: 'Data missing, bad or stale' },
  UNKNOWN_COMMAND: { zh: '未知命令', en: 'Unknown command' },
  NOT_APPLICABLE: { zh: '该设备不适用', en: 'Does not apply to this device' },
  CONFIRMATION: { zh: '需要确认', en: 'Confirmation missing' },
  CANCELLED: { zh: '已取消', en: 'Cancelled' },
  UNDER_REPAIR: { zh: '设备维修中', en: 'Under repair' },
  TAGGED_OUT: { zh: '设备已挂牌上锁', en: 'Locked out and tagged' },
  SCRAPPED: { zh: '设备已报废', en: 'Scrapped' },
  JOINT_CONTROL: { zh: '机组在联控中，请先退出联控', en: 'Under joint control: release it first' },
  PRESSURE_LOW: { zh: '母管压力低于最低允许压力', en: 'Header pressure below its minimum' },
  DEVICE_REFUSED: { zh: '设备拒绝执行', en: 'Refused by the device' },
}

/** 中文 English, with what is behind it. */
export function rejectText(code: RejectCode, behind?: string): string {
  const { zh, en } = rejectLabels[code]
  return behind ? `${zh} ${en}: ${behind}` : `${zh} ${en}`
}
