import type { Label } from '../kinds/types.ts'
import { stationKindLabels } from '../stations/index.ts'
import type { Analysis, Dimension } from './types.ts'

const say = (zh: string, en: string): Label => ({ zh, en })
const region: Dimension = { label: say('区域', 'Region'), split: true }
const station: Dimension = { label: say('站点', 'Station'), split: true }
const device: Dimension = { label: say('设备', 'Device'), split: true }
const product: Dimension = { label: say('设备类型', 'Type'), split: true, words: stationKindLabels }
const machineWords: Readonly<Record<string, Label>> = {
  singleModule: say('单机模块', 'Single module'),
  compressor: say('空压机', 'Compressor'),
  dryer: say('干燥机', 'Dryer'),
  receiver: say('储气罐', 'Receiver'),
  power: say('供配电', 'Power'),
  cooling: say('冷却', 'Cooling'),
  monitoring: say('监控', 'Monitoring'),
  filter: say('过滤器', 'Filter'),
  pump: say('水泵', 'Water pump'),
  valve: say('阀门', 'Valve'),
  meter: say('计量表', 'Meter'),
  unit: say('站内设备', 'Unit'),
}
const machineStates: Readonly<Record<string, Label>> = {
  purchased: say('已购入', 'Purchased'),
  inStock: say('在库', 'In stock'),
  issued: say('已出库', 'Issued'),
  leased: say('在租', 'Leased'),
  inRepair: say('维修中', 'In repair'),
  active: say('在用', 'In service'),
  inactive: say('停用', 'Out of service'),
}

const investment: Analysis = {
  name: 'investment',
  label: say('设备投入分析', 'Investment'),
  help: say(
    '每月投入设备的钱：购置按批准日，安装与维护按入账日；区域为设备现在所在。每个点等于当月入账单据之和，点击可打开。',
    'Money put into equipment each month: purchases by the day of approval, installation and maintenance by the day they were booked; the region is where the machine now is. Each point is the sum of the records booked that month, which open on a click.',
  ),
  permission: 'asset:view',
  steps: ['month'],
  dimensions: { type: product, region, station },
  measures: {
    purchase: { label: say('购置', 'Purchase'), unit: 'fen', value: 'purchase' },
    installation: { label: say('安装', 'Installation'), unit: 'fen', value: 'installation' },
    maintenance: { label: say('维护', 'Maintenance'), unit: 'fen', value: 'maintenance' },
  },
  chosen: ['purchase', 'installation', 'maintenance'],
  total: say('投入合计', 'Total'),
  chart: 'stack',
  details: {},
}
const hours = (zh: string, en: string, value: string) => ({ label: say(zh, en), unit: 'h', value }) as const
const use: Analysis = {
  name: 'use',
  label: say('设备使用分析', 'Use'),
  help: say(
    '加载、空载、停机、离线小时，四者恒等于日历小时；没有可信运行状态的分钟算离线，从不算停机。利用率为加载占日历小时。',
    'Hours loaded, unloaded, stopped and offline; the four are always the calendar hours. A minute without a trusted run state is offline, never stopped. Utilisation is loaded over calendar hours.',
  ),
  permission: 'station:view',
  steps: ['month', 'day'],
  dimensions: {
    device,
    station,
    region,
    kind: {
      label: say('设备类型', 'Type'),
      split: true,
      words: { compressor: say('空压机', 'Compressor'), dryer: say('干燥机', 'Dryer'), waterPump: say('水泵', 'Water pump') },
    },
  },
  measures: {
    loaded: hours('加载', 'Loaded', 'loaded'),
    unloaded: hours('空载', 'Unloaded', 'unloaded'),
    stopped: hours('停机', 'Stopped', 'stopped'),
    offline: hours('离线', 'Offline', 'offline'),
    utilisation: { label: say('利用率', 'Utilisation'), unit: '%', over: ['loaded', 'calendar'], scale: 100 },
  },
  chosen: ['loaded', 'unloaded', 'stopped', 'offline'],
  total: say('日历小时', 'Calendar hours'),
  chart: 'stack',
  details: { calendar: { label: say('日历小时', 'Calendar'), unit: 'h' } },
}
const distribution: Analysis = {
  name: 'distribution',
  label: say('设备分布分析', 'Distribution'),
  help: say(
    '各月月末的设备台数，按区域、类型、状态；由只增不改的历史得出，今天的变动不影响以前的月末。',
    'Machines at each month’s end by region, type and state, from a history that only grows: a change today leaves past ends as they were.',
  ),
  permission: 'station:view',
  steps: ['month'],
  dimensions: {
    region,
    type: { label: say('设备类型', 'Type'), split: true, words: machineWords },
    state: { label: say('状态', 'State'), split: true, words: machineStates },
    station,
  },
  measures: { machines: { label: say('台数', 'Machines'), unit: '1', value: 'machines' } },
  chosen: ['machines'],
  total: say('合计', 'All'),
  chart: 'line',
  details: {},
}
const output: Analysis = {
  name: 'output',
  label: say('设备产比分析', 'Output ratio'),
  help: say(
    '每千瓦时与每元电费的产气量：同期计量气量除以电量或电费；没有投入的期间没有值，而不是零。',
    'Gas per kWh and per yuan of electricity: metered gas over the energy or cost of the same period; a period without input has no value instead of zero.',
  ),
  permission: 'station:view',
  steps: ['month', 'day'],
  dimensions: { station, device, region, type: product },
  measures: {
    perKwh: { label: say('每千瓦时产气', 'Gas per kWh'), unit: 'm3/kWh', over: ['m3', 'kwh'] },
    perYuan: { label: say('每元产气', 'Gas per yuan'), unit: 'm3/¥', over: ['m3', 'cost'], scale: 100 },
  },
  chosen: ['perKwh'],
  total: null,
  chart: 'line',
  details: {
    m3: { label: say('气量', 'Gas'), unit: 'm3' },
    kwh: { label: say('电量', 'Energy'), unit: 'kWh' },
    cost: { label: say('电费', 'Cost'), unit: 'fen' },
  },
}

/** Every analysis there is. A further one is a literal here and a source of its rows on the server. */
export const analyses = { investment, use, distribution, output } as const
export type AnalysisName = keyof typeof analyses
export const analysisNames = Object.keys(analyses) as readonly AnalysisName[]
