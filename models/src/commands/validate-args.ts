import type { CommandDefinition, CommandParameter } from '../kinds/types.ts'
import type { DeviceConfig, StationConfig } from '../stations/types.ts'
import type { ArgumentCheck, ArgumentLimits, CommandArgs } from './types.ts'

const MAX_TEXT = 500
const good: ArgumentCheck = { ok: true }
const bad = (field: string, detail: string): ArgumentCheck => ({ ok: false, field, detail })

/** Set by the twin from what it knows; people may not. */
export function isDerived(parameter: CommandParameter): boolean {
  return /set by the twin/i.test(parameter.note ?? '')
}

/** The request's reason fills the `reason` parameter where the command has a free-text one. */
export function completeArgs(definition: CommandDefinition, args: CommandArgs, reason: string): CommandArgs {
  const wants = definition.params.some((parameter) => parameter.name === 'reason' && parameter.type === 'string')
  return wants && args['reason'] === undefined && reason.trim() !== '' ? { ...args, reason } : args
}

/** Nameplate limits of a target. `tankPressureMax`: what the station's tanks report as workingPressureMax, bar; unknown ones (NaN) are left out. */
export function limitsFor(station: StationConfig, target: DeviceConfig, tankPressureMax: readonly number[], now: number): ArgumentLimits {
  const known = tankPressureMax.filter((pressure) => !Number.isNaN(pressure))
  const { ratedPressure, ratedFrequency } = target.settings
  return {
    now,
    devices: station.devices.map((device) => device.id),
    ...(known.length > 0 ? { tankPressureMax: Math.min(...known) } : {}),
    ...(ratedPressure === undefined ? {} : { ratedPressure }),
    ...(ratedFrequency === undefined ? {} : { ratedFrequency }),
  }
}

/** Types, ranges, words and the rules between parameters. A missing free-text `reason` is left to the confirmation. */
export function validateArgs(definition: CommandDefinition, args: CommandArgs, limits: ArgumentLimits = {}): ArgumentCheck {
  for (const name of Object.keys(args)) {
    const parameter = definition.params.find((known) => known.name === name)
    if (!parameter || isDerived(parameter)) return bad(name, `未知参数 Unknown parameter: ${name}`)
  }
  for (const parameter of definition.params) {
    const value = args[parameter.name]
    if (value === undefined || value === null) {
      if (parameter.required && !isReason(parameter))
        return bad(parameter.name, `缺少参数 Missing: ${parameter.label.zh} ${parameter.label.en}`)
      continue
    }
    const problem = checkValue(parameter, value)
    if (problem !== null) return bad(parameter.name, `${parameter.label.zh} ${parameter.label.en}: ${problem}`)
  }
  return checkTogether(definition.code, args, limits)
}

function isReason(parameter: CommandParameter): boolean {
  return parameter.name === 'reason' && parameter.type === 'string'
}

function checkValue(parameter: CommandParameter, value: unknown): string | null {
  switch (parameter.type) {
    case 'number':
    case 'integer':
      if (typeof value !== 'number' || !Number.isFinite(value)) return '须为数字 must be a number'
      if (parameter.type === 'integer' && !Number.isInteger(value)) return '须为整数 must be a whole number'
      if (value < (parameter.min ?? -Infinity) || value > (parameter.max ?? Infinity))
        return `须在 ${parameter.min ?? '-∞'} 至 ${parameter.max ?? '∞'} ${parameter.unit ?? ''} 之间 must be within that range`
      return null
    case 'boolean':
      return typeof value === 'boolean' ? null : '须为真或假 must be true or false'
    case 'enum':
      return typeof value === 'string' && parameter.values?.includes(value)
        ? null
        : `须为 must be one of ${parameter.values?.join(', ') ?? ''}`
    case 'string':
      if (typeof value !== 'string') return '须为文字 must be text'
      if (parameter.required && value.trim() === '') return '不能为空 must not be empty'
      return value.length <= MAX_TEXT ? null : `最多 ${MAX_TEXT} 字 at most ${MAX_TEXT} characters`
    case 'timestamp':
      return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? null : '须为毫秒时间戳 must be epoch milliseconds'
    case 'object':
      return typeof value === 'object' ? null : '须为结构数据 must be structured data'
  }
}

function checkTogether(code: string, args: CommandArgs, limits: ArgumentLimits): ArgumentCheck {
  switch (code) {
    case 'compressor.setPressureBand':
      return checkBand(numberOf(args, 'loadPressure'), numberOf(args, 'unloadPressure'), limits)
    case 'compressor.setTargetPressure':
    case 'station.setTargetPressure':
      return checkPressure('targetPressure', numberOf(args, 'targetPressure'), limits)
    case 'compressor.setVsdLimits': {
      const max = numberOf(args, 'maxFrequency')
      if (numberOf(args, 'minFrequency') >= max) return bad('minFrequency', '下限须低于上限 The minimum must be below the maximum')
      if (limits.ratedFrequency !== undefined && max > limits.ratedFrequency)
        return bad('maxFrequency', `不得超过铭牌 ${limits.ratedFrequency} Hz Never above nameplate`)
      return good
    }
    case 'station.applySequencePlan':
      return checkPlan(args, limits)
    default:
      return good
  }
}

function checkBand(load: number, unload: number, limits: ArgumentLimits): ArgumentCheck {
  const band = unload - load
  // Decimal set-points: 6.9 − 6.6 is not quite 0.3.
  if (band < 0.3 - 1e-9 || band > 2 + 1e-9)
    return bad('unloadPressure', '卸载压力须比加载压力高 0.3 至 2.0 bar Unload pressure must be 0.3 to 2.0 bar above load pressure')
  return checkPressure('unloadPressure', unload, limits)
}

function checkPressure(field: string, pressure: number, { tankPressureMax, ratedPressure }: ArgumentLimits): ArgumentCheck {
  if (tankPressureMax !== undefined && pressure > tankPressureMax - 0.3 + 1e-9)
    return bad(field, `须低于储气罐最高工作压力 ${tankPressureMax} bar 至少 0.3 bar Must stay 0.3 bar below the tank's working pressure`)
  if (ratedPressure !== undefined && pressure > ratedPressure + 1e-9)
    return bad(field, `不得超过额定压力 ${ratedPressure} bar Never above rated pressure`)
  return good
}

function checkPlan(args: CommandArgs, { now, devices }: ArgumentLimits): ArgumentCheck {
  const { plan, validUntil } = args
  if (typeof validUntil === 'number' && now !== undefined && validUntil <= now)
    return bad('validUntil', '有效期须晚于现在 Must end in the future')
  if (!Array.isArray(plan) || plan.length === 0) return bad('plan', '计划须为时段列表 The plan must be a list of periods')
  for (const [place, period] of plan.entries()) {
    const { from, to, on, trim, targetPressure } = (typeof period === 'object' && period !== null ? period : {}) as CommandArgs
    const wrong = (what: string): ArgumentCheck => bad('plan', `时段 ${place + 1} Period ${place + 1}: ${what}`)
    if (typeof from !== 'number' || typeof to !== 'number' || !(from < to)) return wrong('from 须早于 to from must be before to')
    if (!Array.isArray(on)) return wrong('on 须为设备列表 on must list devices')
    const named: readonly unknown[] = trim === undefined || trim === null ? on : [...on, trim]
    const stranger = named.find((device) => typeof device !== 'string' || (devices !== undefined && !devices.includes(device)))
    if (stranger !== undefined) return wrong(`本站无此设备 no such device here: ${JSON.stringify(stranger)}`)
    if (typeof targetPressure !== 'number' || !(targetPressure >= 4 && targetPressure <= 13)) return wrong('targetPressure 4–13 bar')
  }
  return good
}

function numberOf(args: CommandArgs, name: string): number {
  const value = args[name]
  return typeof value === 'number' ? value : Number.NaN
}
