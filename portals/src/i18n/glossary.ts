import type { Label } from '@twin/models/kinds'

export interface GlossaryTerm {
  readonly term: Label
  readonly meaning: Label
}
const entry = (zh: string, en: string, zhText: string, enText: string): GlossaryTerm => ({
  term: { zh, en },
  meaning: { zh: zhText, en: enText },
})

/** Terms explained on the help page and in the help popovers. */
export const glossary = {
  specificPower: entry(
    '比功率',
    'Specific power',
    '输入功率与吸入状态流量 (FAD) 之比，kW/(m³/min)，越低越好。',
    'Input power per free air delivered, kW/(m³/min). Lower is better.',
  ),
  specificEnergy: entry(
    '单位电耗',
    'Specific energy',
    '每立方米压缩空气消耗的电量，kWh/m³，由电表与流量计的累计差值求得。',
    'Electricity per cubic metre of air, kWh/m³, from differences of the counters.',
  ),
  airPerKwh: entry(
    '气电比',
    'Air per kWh',
    '每千瓦时产出的空气量，m³/kWh，是单位电耗的倒数。',
    'Air made per kWh, m³/kWh; the inverse of specific energy.',
  ),
  fad: entry(
    'FAD 流量',
    'Free air delivery',
    '折算到吸入状态的体积流量 (ISO 1217)，m³/min。',
    'Volume flow at inlet conditions (ISO 1217), m³/min.',
  ),
  gauge: entry(
    '表压',
    'Gauge pressure',
    '相对大气压的压力，单位 bar；0.1 MPa = 1 bar。',
    'Pressure above atmosphere in bar; 1 bar = 0.1 MPa.',
  ),
  dewPoint: entry(
    '压力露点',
    'Pressure dew point',
    '压力下水蒸气开始凝结的温度，越低越干燥。',
    'Temperature at which water condenses under pressure; lower is drier.',
  ),
  load: entry(
    '加载/卸载',
    'Load / unload',
    '加载时供气；卸载时空转、不供气但仍耗电。',
    'Loaded: delivers air. Unloaded: idles, delivers nothing but still takes power.',
  ),
  stale: entry(
    '过时',
    'Stale',
    '数值的源时间超过规定时限，或设备 10 秒无消息：灰色显示，不能用于联锁。',
    'The value is older than its limit or the device has been silent for 10 s: shown grey and not used by interlocks.',
  ),
  unackedAlarm: entry('未确认', 'Unacknowledged', '尚无人确认已看到的报警。', 'Nobody has confirmed seeing this alarm yet.'),
  shelve: entry(
    '搁置',
    'Shelve',
    '有期限、有原因地暂时隐藏报警；紧急报警不可搁置。',
    'Hide an alarm for a limited time with a reason; never P1.',
  ),
  suppressed: entry(
    '抑制',
    'Suppressed',
    '按设计规则自动隐藏，例如设备停用或上级报警已说明原因。',
    'Hidden by design, for example while the device is out of use.',
  ),
  latched: entry('锁存', 'Latched', '恢复后仍保持，须人工复位的报警。', 'Stays after recovery until somebody resets it.'),
  flood: entry(
    '报警洪水',
    'Alarm flood',
    '10 分钟内新增 10 条及以上报警，降到 5 条以下结束。',
    '10 or more new alarms in 10 minutes; over below 5.',
  ),
  chattering: entry(
    '抖动报警',
    'Chattering alarm',
    '短时间内反复发生与恢复的报警。',
    'An alarm that keeps coming and going in a short time.',
  ),
  twoPerson: entry(
    '双人确认',
    'Two-person rule',
    '高风险命令须由另一名工程师复核后才发送。',
    'High-risk commands are sent only after a second engineer approves.',
  ),
  verified: entry(
    '效果验证',
    'Verified effect',
    '命令只有在设备自己的测点证实后才算“已执行”，否则为“未验证”。',
    'A command counts as executed only when the device’s own points prove it; otherwise it is unverified.',
  ),
  presence: entry(
    '站房人员',
    'Presence',
    '站房有人或情况未知时，拒绝远程操作。',
    'Remote operation is refused while the room is occupied or presence is unknown.',
  ),
  partial: entry(
    '合计不完整',
    'Partial total',
    '有机组掉线，合计缺少其数值，并列出缺少的机组。',
    'A unit has dropped out: the total lacks it, and the missing units are named.',
  ),
  fence: entry(
    '围栏',
    'Geofence',
    '以站址为圆心的半径；越界产生非法移动报警。',
    'A radius around the site; leaving it raises an unauthorised-movement alarm.',
  ),
  deadLetter: entry('无法处理的消息', 'Dead letter', '被拒收并保留以供检查的消息。', 'A message that was refused and kept for inspection.'),
} as const satisfies Readonly<Record<string, GlossaryTerm>>
