import { entry, type GlossaryTerm } from './types.ts'

const alarms = 'ISA-18.2 / IEC 62682'
const fad = 'ISO 1217'

/** Quantities, formulas and figures of the pages. */
export const measures = {
  specificPower: entry(
    '比功率',
    'Specific power',
    '输入功率与产气量 (FAD) 之比，越低越好。',
    'Input power per free air delivered. Lower is better.',
    { formula: 'P [kW] ÷ Q [m³/min]', unit: 'kW/(m³/min)', source: 'ISO 1217, OPC 40250-1' },
  ),
  specificEnergy: entry(
    '单位电耗',
    'Specific energy',
    '每立方米压缩空气消耗的电量，由电表与流量计的累计差值求得；被标记的小时不计入。',
    'Electricity per cubic metre of air, from differences of the counters; flagged hours do not count.',
    { formula: 'ΔE [kWh] ÷ ΔV [m³]', unit: 'kWh/m³', source: fad },
  ),
  airPerKwh: entry(
    '气电比',
    'Air per kWh',
    '每千瓦时产出的空气量，是单位电耗的倒数，越高越好。',
    'Air made per kWh; the inverse of specific energy. Higher is better.',
    { formula: 'ΔV [m³] ÷ ΔE [kWh]', unit: 'm³/kWh', source: fad },
  ),
  gasPerKwh: entry(
    '每千瓦时产气',
    'Gas per kWh',
    '期间产气量除以期间电量，两者都取自累计表计。',
    'Gas of the period divided by its electricity, both from counters.',
    { formula: 'ΔV [m³] ÷ ΔE [kWh]', unit: 'm³/kWh', source: fad },
  ),
  gasPerYuan: entry(
    '每元产气',
    'Gas per yuan',
    '期间产气量除以期间电费；没有电价的电量不计。',
    'Gas of the period divided by its electricity cost; energy without a price does not count.',
    { formula: 'ΔV [m³] ÷ 电费 cost [¥]', unit: 'm³/¥' },
  ),
  fad: entry(
    'FAD 流量',
    'Free air delivery',
    '折算到吸入状态 (1 bar 绝压、20 °C、干空气) 的体积流量。1 m³ FAD = 0.9196 Nm³。',
    'Volume flow at inlet conditions (1 bar absolute, 20 °C, dry). 1 m³ FAD = 0.9196 Nm³.',
    { unit: 'm³/min', source: fad },
  ),
  totalFlow: entry(
    '总流量',
    'Total flow',
    '各机组产气流量之和 (FAD)；掉线机组不计并注明。',
    'Sum of the flows of the units (FAD); units without data are left out and named.',
    {
      unit: 'm³/min',
      source: fad,
    },
  ),
  totalPower: entry(
    '总功率',
    'Total power',
    '各机组输入有功功率之和；掉线机组不计并注明。',
    'Sum of the active input power of the units; units without data are left out and named.',
    {
      unit: 'kW',
    },
  ),
  headerPressure: entry(
    '母管压力',
    'Header pressure',
    '供气母管的表压，是用户得到的压力。',
    'Gauge pressure of the supply header: what customers get.',
    {
      unit: 'bar',
    },
  ),
  gauge: entry('表压', 'Gauge pressure', '相对大气压的压力；0.1 MPa = 1 bar。', 'Pressure above atmosphere; 1 bar = 0.1 MPa.', {
    formula: 'p(abs) − p(atm)',
    unit: 'bar',
  }),
  pressureBand: entry(
    '压力带',
    'Pressure band',
    '母管压力的下限与上限：低于下限加机，高于上限减机。',
    'Lower and upper limit of header pressure: below it units start, above it they stop.',
    { unit: 'bar' },
  ),
  dewPoint: entry(
    '压力露点',
    'Pressure dew point',
    '压力下水蒸气开始凝结的温度，越低越干燥。',
    'Temperature at which water condenses under pressure; lower is drier.',
    { unit: '°C', source: 'ISO 8573-1' },
  ),
  loadFactor: entry(
    '负载率',
    'Load factor',
    '实际产气量占同一时间满负荷产气量的比例；过低说明机组过大或空转过多。',
    'Air delivered as a share of what full load would deliver in the same time; low means oversized or idling units.',
    { formula: 'Q ÷ Q(额定 rated)', unit: '%' },
  ),
  utilisation: entry('利用率', 'Utilisation', '加载小时占日历小时的比例。', 'Loaded hours as a share of calendar hours.', {
    formula: '加载小时 loaded h ÷ 日历小时 calendar h × 100',
    unit: '%',
  }),
  loadUnload: entry(
    '加载/卸载',
    'Load / unload',
    '加载时供气；卸载时空转、不供气但仍耗电。',
    'Loaded: delivers air. Unloaded: idles, delivers nothing but still takes power.',
    { source: 'OPC 40250-1' },
  ),
  runningHours: entry('运行小时', 'Running hours', '机器转动的累计小时，含卸载。', 'Hours the machine has turned, unloaded ones too.', {
    unit: 'h',
  }),
  calendarHours: entry(
    '日历小时',
    'Calendar hours',
    '期间内设备在用的全部小时，不论是否运行。',
    'All hours of the period in which the machine was in use, running or not.',
    {
      unit: 'h',
    },
  ),
  unloadedHours: entry(
    '空载',
    'Unloaded hours',
    '期间内卸载运行的小时：转动、耗电而不供气。',
    'Hours of the period run unloaded: turning and taking power without delivering air.',
    { unit: 'h' },
  ),
  runningUnits: entry('运行机组', 'Running units', '正在转动的机组数 / 全部机组数。', 'Units that turn now, of all units.'),
  electricity: entry('电量', 'Energy', '期末与期初电表读数之差。', 'Difference of the energy counter between end and begin.', {
    unit: 'kWh',
  }),
  gas: entry('产气量', 'Air volume', '期末与期初累计流量之差 (FAD)。', 'Difference of the air counter between end and begin (FAD).', {
    unit: 'm³',
    source: fad,
  }),
  flaggedHours: entry(
    '被标记小时',
    'Flagged hours',
    '表计回零、数据缺口、不可能值或不完整的小时：照样列出，但不计入单位电耗。',
    'Hours with a counter reset, a gap, an impossible value or missing units: listed, but not in the specific energy.',
    { unit: 'h' },
  ),
  dailyQuota: entry(
    '日定额',
    'Daily quota',
    '每天允许的电量；超出的日子被标出。',
    'Electricity allowed per day; days above it are marked.',
    { unit: 'kWh' },
  ),
  mainMeter: entry('主表电量', 'Main meter', '站点进线总表的期间电量。', 'Electricity of the station’s incoming meter in the period.', {
    unit: 'kWh',
  }),
  unmetered: entry('未计量', 'Unmetered', '主表电量减去各分项计量之和。', 'Main meter less all sub-meters.', {
    formula: '主表 main − Σ 分项 sub-meters',
    unit: 'kWh',
  }),
  electricityCost: entry(
    '电费',
    'Electricity cost',
    '每小时电量乘以当时生效的电价；每日四舍五入到分，合计分毫不差。',
    'Energy of each hour times the price then valid; rounded to the fen per day, so that sums are exact.',
    { formula: 'Σ E(h) [kWh] × 电价 price(h) [¥/kWh]', unit: '¥' },
  ),
  averagePrice: entry(
    '平均电价',
    'Average price',
    '期间电费除以有电价的电量。',
    'Cost of the period divided by the energy that has a price.',
    {
      formula: '电费 cost ÷ 电量 energy',
      unit: '¥/kWh',
    },
  ),
  gasShare: entry('占比', 'Share', '该项占合计的比例。', 'This part of the whole.', { formula: '该项 part ÷ 合计 whole × 100', unit: '%' }),
  unallocated: entry(
    '未分摊',
    'Unallocated',
    '没有用气计量可依、因而未分给任何用户的部分。',
    'What is given to nobody because no outlet metered gas for it.',
    {
      unit: 'kWh',
    },
  ),
  purchaseCost: entry('购置', 'Purchase cost', '期间入账的设备购置金额。', 'Money booked for buying machines in the period.', {
    unit: '¥',
  }),
  installationCostTerm: entry('安装', 'Installation', '期间入账的安装金额。', 'Money booked for installation in the period.', {
    unit: '¥',
  }),
  upkeepCost: entry('维护', 'Upkeep cost', '期间入账的维修与保养金额。', 'Money booked for repair and maintenance in the period.', {
    unit: '¥',
  }),
  machineCount: entry('台数', 'Machines', '期末处于该状态的设备台数。', 'Machines in this state at the end of the period.', { unit: '台' }),
  completionRate: entry(
    '完成率',
    'Completion rate',
    '当月到期的保养中已完成的比例，含逾期完成。',
    'Services due in the month that are done, late ones too.',
    {
      formula: '已完成 done ÷ 到期 due × 100',
      unit: '%',
    },
  ),
  perTen: entry(
    '10 分钟平均',
    'Alarms per 10 min',
    '每 10 分钟新增报警的平均数；超过 1 条即偏多。',
    'Mean of new alarms in 10 minutes; above 1 is too many.',
    {
      formula: '新增报警 new alarms ÷ (期间 period ÷ 10 min)',
      source: alarms,
    },
  ),
  peakTen: entry(
    '10 分钟峰值',
    'Peak in 10 min',
    '期间内任一 10 分钟里新增报警的最大数。',
    'The most new alarms in any 10 minutes of the period.',
    { source: alarms },
  ),
  floodShare: entry(
    '洪水占比',
    'Time in flood',
    '处于报警洪水的时间占期间的比例，应低于 1 %。',
    'Share of the period in alarm flood; should be below 1 %.',
    {
      formula: 't(洪水 flood) ÷ t(期间 period) × 100',
      unit: '%',
      source: alarms,
    },
  ),
  topTenShare: entry(
    '前十占比',
    'Top ten share',
    '次数最多的十个报警占全部报警的比例；高说明少数报警值得整改。',
    'Share of the ten most frequent alarms; high means a few alarms deserve work.',
    {
      unit: '%',
      source: alarms,
    },
  ),
  staleAlarms: entry('长期未消', 'Standing alarms', '持续 24 小时以上仍未恢复的报警。', 'Alarms that have stood for more than 24 hours.', {
    source: alarms,
  }),
  hiddenAlarms: entry(
    '搁置/抑制/停用',
    'Hidden alarms',
    '暂不显示的报警数：被搁置、被抑制或已停用。',
    'Alarms not shown for now: shelved, suppressed or out of service.',
    {
      source: alarms,
    },
  ),
  meanAck: entry(
    '平均确认',
    'Mean time to acknowledge',
    '从发生到有人确认的平均时间。',
    'Mean time from raising until somebody acknowledged.',
    {
      formula: 'Σ (确认 ack − 发生 raised) ÷ n',
      source: alarms,
    },
  ),
  meanClear: entry('平均恢复', 'Mean time to clear', '从发生到恢复正常的平均时间。', 'Mean time from raising until back to normal.', {
    formula: 'Σ (恢复 cleared − 发生 raised) ÷ n',
    source: alarms,
  }),
  alarmChange: entry(
    '变化',
    'Change',
    '与前一个等长期间相比的增减。',
    'Increase or decrease against the preceding period of the same length.',
    {
      formula: '(本期 now − 上期 before) ÷ 上期 before × 100',
      unit: '%',
    },
  ),
  groupAlarms: entry(
    '组报警 / 组成员',
    'Groups and members',
    '同一原因的报警归并为一条组报警；后一数是其成员数。',
    'Alarms of one cause are one group alarm; the second figure counts its members.',
  ),
  priorityShare: entry(
    '等级分布',
    'Share of ranks',
    '各等级报警占全部的百分比；紧急应约 5 %，重要约 15 %，一般约 80 %。',
    'Share of each rank in all alarms; about 5 % urgent, 15 % important and 80 % ordinary is healthy.',
    {
      unit: '%',
      source: alarms,
    },
  ),
  alarmTotal: entry('总数', 'Total', '期间内符合筛选的报警发生次数。', 'Alarms raised in the period that match the filter.'),
  precedingPeriod: entry(
    '上一周期',
    'Preceding period',
    '紧接在前、同样长度的期间里的次数。',
    'The count of the period just before, of the same length.',
  ),
  serviceAvailability: entry(
    '可用性',
    'Availability',
    '正常时间占要求运行时间的比例，计划维护算不可用，认定为不计入的时间不算。',
    'Up time as a share of the time required; maintenance counts as away, what is not counted does not count at all.',
  ),
  availabilityUnplanned: entry(
    '不计计划维护的可用性',
    'Availability without maintenance',
    '同上，但计划维护的时间不算要求运行的时间。',
    'The same, with planned maintenance taken out of the time required.',
  ),
  operatingHours: entry(
    '服务运行时间',
    'Operating time of the service',
    '整个记录中服务正常的小时数。',
    'Hours of good service in the whole record.',
  ),
  countedFailures: entry(
    '计入的失效',
    'Failures counted',
    '认定为失效的中断次数；计划维护和不计入的不算。',
    'Outages that count as failures; maintenance and what is not counted do not.',
  ),
  serviceMtbf: entry(
    '平均无故障工作时间点估计',
    'Mean time between failures',
    '运行时间除以失效次数；没有失效时无法计算。',
    'Operating time divided by failures; unknown while there was none.',
  ),
  mtbfBound: entry(
    '平均无故障工作时间置信下限',
    'Lower bound of the mean time between failures',
    '以所选置信度可以断言平均无故障工作时间至少这么长；零失效时也能算。',
    'The mean time between failures is at least this, with the chosen confidence; known even without any failure.',
  ),
  restorable: entry(
    '可恢复的时间',
    'Moments that can be restored',
    '由某个备份加上其后归档的日志可以恢复到的时间段；其中任意一刻都可选。',
    'The period that a backup and the log archived after it reach; any moment in it can be chosen.',
  ),
  logArchive: entry(
    '日志归档',
    'Log archive',
    '数据库把写过的每一段日志复制到备份目录；没有它只能恢复到备份完成的时刻。',
    'The database copies each finished segment of its log to the backup folder; without it only the end of a backup can be restored.',
  ),
  nodesAlive: entry('在线节点', 'Nodes alive', '心跳正常的服务器数。', 'Servers whose heartbeat is well.'),
  shardsOwned: entry(
    '已归属分片',
    'Shards owned',
    '站点按分片交给服务器；这是有主的分片数 / 全部分片数。',
    'Stations go to servers by shards: those that have an owner, of all.',
  ),
  shardsMoving: entry(
    '迁移中',
    'Shards moving',
    '正在从一台服务器移交到另一台的分片数。',
    'Shards being handed from one server to another.',
  ),
  shardsOrphaned: entry(
    '无主分片',
    'Shards without an owner',
    '暂时没有服务器负责的分片；应在数秒内归零。',
    'Shards no server holds for now; should be none within seconds.',
  ),
  shardsCareful: entry(
    '谨慎运行的分片',
    'Shards under care',
    '曾使服务器终止、现在逐条处理的分片。',
    'Shards that once ended a server and are now run one step at a time.',
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
    {
      unit: 'm',
    },
  ),
  deadLetter: entry(
    '无法处理的消息',
    'Dead letter',
    '被拒收并保留以供检查的设备消息。',
    'A device message that was refused and kept for inspection.',
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
  interlock: entry(
    '联锁',
    'Interlock',
    '条件不满足时服务器拒绝命令；任何人都不能绕过。',
    'The server refuses a command while a condition is not met; nobody can bypass it.',
  ),
  jointControl: entry(
    '联控',
    'Joint control',
    '服务器制定计划，站内主控按压力带启停机组；联控中的机组拒绝人工命令。',
    'The server plans, the local master starts and stops units to keep the band; units under joint control refuse manual commands.',
  ),
} as const satisfies Readonly<Record<string, GlossaryTerm>>

const unit = (zh: string, en: string, zhText: string, enText: string): GlossaryTerm => entry(zh, en, zhText, enText, { unit: zh })
/** Units as they are printed. */
export const units = {
  bar: unit(
    'bar',
    'bar',
    '巴，压力单位，本系统一律为表压；1 bar = 0.1 MPa = 100 kPa。',
    'Bar; gauge pressure throughout this system; 1 bar = 0.1 MPa = 100 kPa.',
  ),
  m3PerMin: entry('m³/min', 'm³/min', '立方米每分钟，吸入状态 (FAD)。', 'Cubic metres per minute at inlet conditions (FAD).', {
    source: fad,
  }),
  normalM3PerMin: entry(
    'Nm³/min',
    'Nm³/min',
    '标准状态 (0 °C、101.325 kPa、干) 的立方米每分钟；1 Nm³ = 1.0874 m³ FAD。',
    'Cubic metres per minute at 0 °C, 101.325 kPa, dry; 1 Nm³ = 1.0874 m³ FAD.',
  ),
  kW: unit('kW', 'kW', '千瓦，有功功率。', 'Kilowatt, active power.'),
  kWh: unit('kWh', 'kWh', '千瓦时（度），电量。', 'Kilowatt hour, electric energy.'),
  celsius: unit('°C', '°C', '摄氏度，温度。', 'Degrees Celsius, temperature.'),
  rpm: unit('rpm', 'rpm', '转每分钟，转速。', 'Revolutions per minute.'),
  hertz: unit('Hz', 'Hz', '赫兹，变频器输出频率。', 'Hertz, output frequency of a converter.'),
  vibration: unit('mm/s', 'mm/s', '毫米每秒，振动速度有效值。', 'Millimetres per second, RMS vibration velocity.'),
  conductivity: unit(
    'µS/cm',
    'µS/cm',
    '微西门子每厘米，水的电导率，反映含盐量。',
    'Microsiemens per centimetre, conductivity of water: its salt.',
  ),
  oilContent: unit('mg/m³', 'mg/m³', '毫克每立方米，含油量。', 'Milligrams per cubic metre, oil content.'),
} as const satisfies Readonly<Record<string, GlossaryTerm>>
