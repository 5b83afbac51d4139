import { effectiveQuality, findPoint, fromSlab, isUsable, kindOf } from '@twin/models/kinds'
import type { SlabView, StationView } from '@twin/models/live'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { display } from '@twin/models/units'
import { type DeviceState, NEVER } from '@twin/models/twin'
import type { DeviceVisual, MachineState, SceneUpdate } from './types.ts'

type Language = 'zh' | 'en'

/** A point of a device as it counts at `now`; null when it was never seen. */
function read(config: StationConfig, kind: string, slab: SlabView, name: string, now: number): { value: number; stale: boolean } | null {
  const definition = kindOf(kind)
  const index = findPoint(definition, name)
  const point = definition.points[index]
  const quality = slab.q[index] ?? NEVER
  if (!point || quality === NEVER) return null
  const heardAt = slab.ts.reduce((newest, ts, i) => ((slab.q[i] ?? NEVER) === NEVER ? newest : Math.max(newest, ts)), 0)
  const effective = effectiveQuality(point, quality, slab.ts[index] ?? 0, now, { heardAt, limitMs: config.policy.silenceMs })
  return { value: slab.val[index] ?? Number.NaN, stale: !isUsable(effective) }
}

const runStates: Readonly<Record<string, MachineState>> = {
  LOADED: 'loaded',
  RUNNING: 'running',
  UNLOADED: 'running',
  STARTING: 'running',
  STOPPING: 'running',
  OPEN: 'loaded',
  STOPPED: 'standby',
  STANDBY: 'standby',
  CLOSED: 'standby',
  MOVING: 'running',
  INHIBITED: 'standby',
  FAULT: 'fault',
  ESTOP: 'fault',
  OFFLINE: 'offline',
}

/** Open, annunciated alarms decide the glow: the worst of them. */
function worstAlarm(kind: string, state: DeviceState): DeviceVisual['alarm'] {
  let worst: DeviceVisual['alarm'] = null
  for (const definition of kindOf(kind).alarms) {
    const alarm = state.alarms[definition.code]
    const open =
      alarm && alarm.phase !== 'NORMAL' && !alarm.shelved && !alarm.suppressed && !alarm.outOfService && alarm.groupedUnder === null
    if (open && (worst === null || definition.priority < worst)) worst = definition.priority
  }
  return worst
}

function machineState(kind: string, value: number | null): MachineState | null {
  return value === null ? null : (runStates[runWord(kind, value)] ?? 'standby')
}

/** Kinds that only carry or watch: their label is their name until something is wrong. */
const quiet: ReadonlySet<string> = new Set(['gateway', 'camera'])

export function visualOf(
  config: StationConfig,
  device: DeviceConfig,
  slab: SlabView,
  state: DeviceState,
  now: number,
  language: Language,
): DeviceVisual {
  const kind = kindOf(device.kind)
  const run = read(config, device.kind, slab, 'runState', now) ?? read(config, device.kind, slab, 'valveState', now)
  const reachable = state.link.state === 'online'
  const silent = !reachable && state.link.state !== 'never'
  const byState = machineState(device.kind, run?.value ?? null)
  const values = kind.headline
    .map((name) => {
      const point = kind.points[findPoint(kind, name)]
      const at = point && !point.counter && point.unit !== '' && point.unit !== '1' ? read(config, device.kind, slab, name, now) : null
      const value = point && at ? fromSlab(point, at.value) : null
      if (!point || !at || typeof value !== 'number') return null
      const shown = display(value, point.unit, { lang: language })
      return { text: `${shown.value} ${shown.unit}`.trim(), stale: at.stale || silent }
    })
    .filter((value) => value !== null)
    .slice(0, quiet.has(device.kind) ? 0 : 2)
  const stale = silent || values.some((value) => value.stale)
  const machine: MachineState =
    state.link.state === 'never' || state.link.state === 'offline' ? 'offline' : (byState ?? (reachable ? 'running' : 'offline'))
  const word = run && byState !== null && !silent ? words(runWord(device.kind, run.value), language) : null
  return {
    state: machine,
    stale,
    alarm: worstAlarm(device.kind, state),
    title: word === null ? device.code : `${device.code} ${word}`,
    lines: values.length === 0 ? [] : [{ text: values.map((value) => value.text).join('  '), stale }],
    motion: stale ? 0 : machine === 'loaded' ? 1 : machine === 'running' && byState !== null ? 0.55 : 0,
  }
}

function runWord(kind: string, value: number): string {
  const point = kindOf(kind).points.find((p) => p.name === 'runState' || p.name === 'valveState')
  return point ? String(fromSlab(point, value)) : ''
}

function words(value: string, language: Language): string {
  return language === 'en' ? value.toLowerCase() : (stateWords[value] ?? value)
}
/** Words of run states on labels; anything else shows as the device says it. */
const stateWords: Readonly<Record<string, string>> = {
  OFFLINE: '离线',
  STOPPED: '停机',
  STANDBY: '待机',
  STARTING: '启动中',
  UNLOADED: '卸载',
  LOADED: '加载',
  STOPPING: '停机中',
  INHIBITED: '禁止启动',
  FAULT: '故障',
  ESTOP: '急停',
  RUNNING: '运行',
  OPEN: '开',
  CLOSED: '关',
  MOVING: '动作中',
}

/** −1…1 per pipe. Air from a machine follows what it delivers; the rest of the air net follows the header; water follows its pumps. */
function flowsOf(config: StationConfig, view: StationView, now: number): Map<string, number> {
  const slabs = new Map(view.order.map((id, i) => [id, view.slabs[i]]))
  const devices = new Map(config.devices.map((device) => [device.id, device]))
  const value = (id: string, point: string): number => {
    const device = devices.get(id)
    const slab = slabs.get(id)
    const at = device && slab ? read(config, device.kind, slab, point, now) : null
    return at && !at.stale ? at.value : Number.NaN
  }
  const loaded = (id: string): number => {
    const device = devices.get(id)
    if (device?.kind !== 'compressor') return Number.NaN
    const flow = value(id, 'deliveredFlow') / (device.settings.ratedFlow ?? 1)
    if (!Number.isNaN(flow)) return Math.min(Math.max(flow, 0), 1)
    return machineState('compressor', value(id, 'runState')) === 'loaded' ? 1 : 0
  }
  const rated = config.devices.reduce((sum, device) => sum + (device.kind === 'compressor' ? (device.settings.ratedFlow ?? 0) : 0), 0)
  const header = Math.min(Math.max(value(config.id, 'headerFlow') / Math.max(rated, 1), 0), 1) || 0
  const water = config.devices.some(
    (device) => device.kind === 'waterPump' && machineState('waterPump', value(device.id, 'runState')) === 'running',
  )
  return new Map(
    config.pipes.map((pipe) => {
      if (pipe.medium === 'water') return [pipe.id, water ? 0.7 : 0] as const
      if (pipe.medium === 'condensate') return [pipe.id, 0] as const
      const own = loaded(pipe.from)
      return [pipe.id, Number.isNaN(own) ? header : own] as const
    }),
  )
}

/** Everything the scene shows, from a station's live or historical view. */
export function sceneUpdate(config: StationConfig, view: StationView, now: number, language: Language): SceneUpdate {
  const devices = new Map<string, DeviceVisual>()
  for (const device of config.devices) {
    const slab = view.slabs[view.order.indexOf(device.id)]
    const state = view.devices[device.id]
    if (slab && state) devices.set(device.id, visualOf(config, device, slab, state, now, language))
  }
  return { devices, flows: flowsOf(config, view, now) }
}
