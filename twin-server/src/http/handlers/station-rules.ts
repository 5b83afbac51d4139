import { sql } from 'kysely'
import type { Runtime } from '@twin/actors/runtime'
import { findKind } from '@twin/models/kinds'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { insideOutline } from '../geo.ts'
import type { HttpStore } from '../parts.ts'
import { refuse } from '../pipeline.ts'

const invalid = (field: string, zh: string, en: string): never => refuse('invalid', { field, message: { zh, en } })

/** Every station hangs on exactly one district. */
export async function checkRegion(db: HttpStore['db'], region: string): Promise<void> {
  const { rows } = await sql`select 1 from region where id = ${region} and level = 'district' and state = 'enabled'`.execute(db)
  if (rows.length === 0) invalid('region', '须为启用的区县代码', 'Not the code of a district in use')
}

/** What the schema cannot say about a station: names that point at each other, kinds, places. Throws `invalid` with the field. */
export function checkStation(config: StationConfig, id: string, runtime: Runtime, present: StationConfig | undefined): void {
  if (config.id !== id) invalid('id', '站点编号与地址不一致', 'The id differs from the one in the address')
  if (!isTimeZone(config.timeZone)) invalid('timeZone', '未知时区', 'Unknown time zone')
  const twin = runtime.stations().find((other) => other.id !== id && other.org === config.org && other.code === config.code)
  if (twin) refuse('conflict', { field: 'code', message: { zh: '站点编码已被使用', en: 'Another station has this code' } })

  const own = config.devices.filter(({ kind }) => kind === 'station')
  if (own.length !== 1 || own[0]?.id !== id)
    invalid('devices', '须有且仅有一个站房设备，其编号等于站点编号', 'Exactly one device of kind station with the id of the station')
  const ids = new Set<string>()
  const codes = new Set<string>()
  for (const [place, device] of config.devices.entries()) {
    const field = (name: string): string => `devices.${place}.${name}`
    if (ids.has(device.id)) invalid(field('id'), '设备编号重复', 'Two devices have this id')
    if (codes.has(device.code)) invalid(field('code'), '设备编码重复', 'Two devices have this code')
    ids.add(device.id)
    codes.add(device.code)
    if (device.stationId !== id) invalid(field('stationId'), '设备不属于本站', 'The device names another station')
    const owner = runtime.stationOf(device.id)
    if (owner && owner.id !== id)
      refuse('conflict', { field: field('id'), message: { zh: '设备已属于其他站点', en: 'The device belongs to another station' } })
    checkKind(device, field)
    if (moved(device, present) && !placeAllowed(config, device, device.placement.position))
      invalid(field('placement'), '设备位置在厂区轮廓之外', 'Placed outside the plant outline')
  }
  for (const [place, pipe] of config.pipes.entries())
    for (const end of ['from', 'to'] as const)
      if (!ids.has(pipe[end])) invalid(`pipes.${place}.${end}`, '管道端点不是本站设备', 'The end of the pipe is no device of this station')
}

function checkKind(device: DeviceConfig, field: (name: string) => string): void {
  const kind = findKind(device.kind)
  if (!kind) return invalid(field('kind'), '未知设备类型', 'Unknown kind of device')
  const unknown = device.variant?.split('+').find((word) => !kind.variants.includes(word))
  if (unknown !== undefined) invalid(field('variant'), `未知型式：${unknown}`, `Unknown variant: ${unknown}`)
}

/** Only what is placed now is judged: an outline drawn later may leave old places outside until they are moved. */
function moved(device: DeviceConfig, present: StationConfig | undefined): boolean {
  const before = present?.devices.find(({ id }) => id === device.id)?.placement.position
  return before === undefined || before.some((value, axis) => value !== device.placement.position[axis])
}

/** The station's own device stands for the whole room and has no place of its own. */
export function placeAllowed(
  config: Pick<StationConfig, 'outline'>,
  device: DeviceConfig,
  [x, , z]: readonly [number, number, number],
): boolean {
  return config.outline === null || device.kind === 'station' || insideOutline([x, z], config.outline)
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone)
  } catch {
    return false
  }
}
