export {
  alarmActive,
  bindingEffects,
  CHATTER_RAISES,
  CHATTER_WINDOW_MS,
  ESCALATE_AFTER_MIN,
  escalationOccasion,
  hiddenBy,
  holdsStation,
  initialAlarm,
  isAnnunciated,
  isBinding,
  isParent,
  needsAck,
  nextAlarmDue,
  parentsIn,
  stateOf,
  stationHolds,
} from './alarm-state.ts'
export {
  alarmKpi,
  countAlarms,
  floodsOf,
  isDisturbing,
  peakCount,
  STALE_MS,
  unionMs,
  type AlarmCount,
  type AlarmKpi,
  type Flood,
  type Interval,
  type KpiRow,
} from './alarm-kpi.ts'
export { applyAlarmFact, foldAlarm, isAlarmFact, isHistorical } from './apply-alarm-fact.ts'
export { compileAlarms } from './compile-alarms.ts'
export { conditionLabels, conditions, deviceCondition, stationCondition, type Condition } from './condition.ts'
export { endHistorical, evaluateAlarms } from './evaluate-alarms.ts'
export { FLOOD_ENDS_BELOW, FLOOD_STARTS, FLOOD_WINDOW_MS, floodAfter, nextFloodDue, type FloodState } from './flood.ts'
export { groupUnits, type GroupDevice, type Regrouped } from './group.ts'
export { compileNotices, evaluateNotices, type CompiledNotice } from './notices.ts'
export { ackAlarm, resetAlarm, serviceAlarm, SHELVE_MAX_MINUTES, shelveAlarm, unshelveAlarm } from './person-actions.ts'
export { pointValues, type PointValues } from './point-values.ts'
export { projectAlarm, type AlarmPlace, type AlarmRow, type AlarmRowChange } from './project-alarm.ts'
export type { AlarmAnswer, AlarmInput, AlarmSet, AlarmStates, CompiledAlarm, Dirty } from './types.ts'
