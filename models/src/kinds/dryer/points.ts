import { analog, counter, flag, integer, state } from '../define.ts'

export const points = [
  state('runState', ['运行状态', 'Run state'], ['OFFLINE', 'STOPPED', 'RUNNING', 'STANDBY', 'FAULT'], 'RUNNING', {
    sampleMs: 1000,
    interlock: true,
    opc: 'OperatingState',
  }),
  flag('faultActive', ['故障', 'Fault'], false, { sampleMs: 1000, interlock: true }),
  integer('faultCode', ['故障代码', 'Fault code'], [0, 65535, ''], 0, { sampleMs: 1000, deadband: 0 }),
  analog('pressureDewPoint', ['压力露点', 'Pressure dew point'], [-80, 40, 'degC'], 4, {
    sampleMs: 10000,
    deadband: 0.3,
    note: 'Refrigerated typ +3..+5 (limit +10); desiccant typ -40.',
  }),
  analog('inletTemperature', ['进气温度', 'Inlet temperature'], [-10, 90, 'degC'], 38, { sampleMs: 10000, deadband: 0.5 }),
  analog('outletTemperature', ['出气温度', 'Outlet temperature'], [-10, 90, 'degC'], 30, {
    sampleMs: 10000,
    deadband: 0.5,
    tier: 'recommended',
  }),
  analog('inletPressure', ['进气压力', 'Inlet pressure'], [0, 16, 'bar'], 7.1, { sampleMs: 5000, deadband: 0.02, tier: 'recommended' }),
  analog('differentialPressure', ['干燥机压差', 'Differential pressure'], [0, 2, 'bar'], 0.15, {
    sampleMs: 10000,
    deadband: 0.01,
    tier: 'recommended',
  }),
  analog('activePower', ['功率', 'Power'], [0, 200, 'kW'], 3.2, { sampleMs: 5000, deadband: 0.1, tier: 'recommended', opc: 'Power' }),
  counter('runningHours', ['运行时间', 'Running hours'], [0, 200000, 'h'], 11000, { sampleMs: 60000, deadband: 0.1, opc: 'RunningTime' }),
  flag('drainActive', ['排水动作', 'Drain active'], false, { sampleMs: 1000, tier: 'recommended' }),
  flag('drainFault', ['排水故障', 'Drain fault'], false, { sampleMs: 5000, tier: 'recommended' }),
  analog('evaporatingTemperature', ['蒸发温度', 'Evaporating temperature'], [-20, 30, 'degC'], 2, {
    sampleMs: 5000,
    deadband: 0.3,
    tier: 'recommended',
    appliesTo: ['refrigerated'],
  }),
  analog('refrigerantLowPressure', ['冷媒低压', 'Refrigerant low pressure'], [0, 15, 'bar'], 4.5, {
    sampleMs: 5000,
    deadband: 0.05,
    tier: 'recommended',
    appliesTo: ['refrigerated'],
  }),
  analog('refrigerantHighPressure', ['冷媒高压', 'Refrigerant high pressure'], [0, 40, 'bar'], 16, {
    sampleMs: 5000,
    deadband: 0.1,
    tier: 'recommended',
    appliesTo: ['refrigerated'],
  }),
  analog('towerAPressure', ['A塔压力', 'Tower A pressure'], [0, 16, 'bar'], 7.1, {
    sampleMs: 1000,
    deadband: 0.05,
    appliesTo: ['desiccant'],
  }),
  analog('towerBPressure', ['B塔压力', 'Tower B pressure'], [0, 16, 'bar'], 0.1, {
    sampleMs: 1000,
    deadband: 0.05,
    appliesTo: ['desiccant'],
  }),
  state('activeTower', ['工作塔', 'Active tower'], ['A', 'B', 'NONE'], 'A', { sampleMs: 1000, appliesTo: ['desiccant'] }),
  analog('purgePercent', ['再生耗气率', 'Purge air'], [0, 30, '%'], 15, {
    sampleMs: 10000,
    deadband: 0.5,
    tier: 'recommended',
    appliesTo: ['desiccant'],
  }),
  analog('heaterTemperature', ['加热器温度', 'Heater temperature'], [0, 350, 'degC'], 0, {
    sampleMs: 5000,
    deadband: 1,
    tier: 'optional',
    appliesTo: ['desiccant'],
  }),
  analog('cycleRemainingS', ['切换剩余时间', 'Time to tower switch'], [0, 20000, 's'], 180, {
    sampleMs: 5000,
    deadband: 5,
    tier: 'optional',
    appliesTo: ['desiccant'],
  }),
]
