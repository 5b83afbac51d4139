import type { DeviceConfig, Pipe, Placement } from './types.ts'

type Corner = readonly [number, number, number]

/** Height of the header and of everything that hangs above the machines, m. */
const HEADER_Y = 3.4
/** Plan rows, z in m: machines, header above them, treatment line, customers. */
const ROWS = { units: 0, header: 2.4, treatment: 5, customers: 8.5, water: -4.5 } as const
const UNIT_PITCH = 3.4
const wallX = -2.6

export const at = (x: number, z: number, rotation = 0, y = 0): Placement => ({ position: [round(x), round(y), round(z)], rotation })

/** Where each device of a station stands: compressors in a row, treatment line before them, customers and water plant outside. */
export function placements(devices: readonly { readonly kind: string; readonly code: string }[]): Map<string, Placement> {
  const places = new Map<string, Placement>()
  let treatmentX = 0
  const units = devices.filter((device) => device.kind === 'compressor')
  const right = Math.max(1, units.length - 1) * UNIT_PITCH
  const counts = new Map<string, number>()
  for (const { kind, code } of devices) {
    const i = counts.get(kind) ?? 0
    counts.set(kind, i + 1)
    const place = (): Placement => {
      switch (kind) {
        case 'compressor':
          return at(i * UNIT_PITCH, ROWS.units)
        case 'tank':
        case 'dryer':
        case 'filter':
        case 'flowMeter': {
          const width = { tank: 1.8, dryer: 1.8, filter: 0.9, flowMeter: 1.1 }[kind]
          treatmentX += width
          return at(treatmentX - width / 2, ROWS.treatment, 0, kind === 'flowMeter' ? 0.6 : 0)
        }
        case 'valve':
          return at(treatmentX + 1.2, ROWS.treatment + 1.2 + i * 1.6, 0, 0.8)
        case 'outlet':
          return at(treatmentX + 3.2, ROWS.treatment + 1.2 + i * 1.6)
        case 'powerMeter':
          return at(wallX, ROWS.header - 0.6 + i * 0.9, 90)
        case 'gateway':
          return at(wallX, ROWS.header + 1.4, 90, 1.2)
        case 'coolingTower':
          return at(1.6 + i * 3.4, ROWS.water - 1.2)
        case 'waterPump':
          return at(5.2 + i * 1.8, ROWS.water)
        case 'camera':
          return at(i % 2 === 0 ? wallX : right + 2.6, i % 2 === 0 ? -1.6 : ROWS.treatment + 1.6, i % 2 === 0 ? 45 : 225, 3.4)
        default:
          return at(0, 0)
      }
    }
    places.set(code, place())
  }
  return places
}

const top: Readonly<Record<string, number>> = {
  compressor: 1.6,
  tank: 3,
  dryer: 1.5,
  filter: 0.9,
  flowMeter: 0.3,
  valve: 0.18,
  outlet: 0.3,
}

/** Pipes of a station: units up to the header, header to the treatment line, on to the customers; water between tower, pumps and units. */
export function pipesOf(devices: readonly DeviceConfig[]): Pipe[] {
  const pipes: Pipe[] = []
  const of = (kind: string): readonly DeviceConfig[] => devices.filter((device) => device.kind === kind)
  const add = (from: DeviceConfig, to: DeviceConfig, path: readonly Corner[], medium: Pipe['medium'], diameter: number): void => {
    pipes.push({ id: `${medium}-${from.code}-${to.code}`, from: from.id, to: to.id, path: path.map(tidy), medium, diameter })
  }
  const line = [...of('tank'), ...of('dryer'), ...of('filter'), ...of('flowMeter')].toSorted(byX)
  const units = of('compressor')
  const width = 0.08 + 0.02 * units.length
  const first = line[0]
  if (first)
    for (const unit of units) {
      const [ux, , uz] = unit.placement.position
      const [fx, , fz] = first.placement.position
      const end: Corner = [fx - 0.3, topOf(first), fz]
      add(
        unit,
        first,
        [
          [ux + 0.6, topOf(unit), uz + 0.3],
          [ux + 0.6, HEADER_Y, uz + 0.3],
          [ux + 0.6, HEADER_Y, ROWS.header],
          [fx - 0.3, HEADER_Y, ROWS.header],
          [fx - 0.3, HEADER_Y, fz],
          end,
        ],
        'air',
        width,
      )
    }
  for (const [i, from] of line.slice(0, -1).entries()) {
    const to = line[i + 1]
    if (to) add(from, to, hop(from, to), 'air', width)
  }
  const last = line.at(-1)
  for (const [i, outlet] of of('outlet').entries()) {
    const valve = of('valve')[i]
    if (!last) continue
    if (valve) add(last, valve, branch(last, valve), 'air', width * 0.8)
    add(valve ?? last, outlet, valve ? straight(valve, outlet) : branch(last, outlet), 'air', width * 0.8)
  }
  water(of('coolingTower')[0], of('waterPump'), units, add)
  return pipes
}

type Add = (from: DeviceConfig, to: DeviceConfig, path: readonly Corner[], medium: Pipe['medium'], diameter: number) => void

/** Tower basin to pumps, pumps to a main behind the units, units back to the tower. */
function water(tower: DeviceConfig | undefined, pumps: readonly DeviceConfig[], units: readonly DeviceConfig[], add: Add): void {
  const cooled = units.filter((unit) => unit.variant?.includes('waterCooled'))
  if (!tower) return
  const [tx, , tz] = tower.placement.position
  const back = -1.7
  for (const pump of pumps) {
    const [px, , pz] = pump.placement.position
    add(tower, pump, [[tx + 1.2, 0.3, tz], [px - 0.9, 0.3, tz], [px - 0.9, 0.3, pz], [px - 0.5, 0.3, pz]], 'water', 0.14) // prettier-ignore
  }
  const supply = pumps[0]
  for (const unit of cooled) {
    const [ux, , uz] = unit.placement.position
    if (supply) {
      const [px, , pz] = supply.placement.position
      add(supply, unit, [[px, 0.7, pz], [px, 0.7, back], [ux - 0.4, 0.7, back], [ux - 0.4, 0.7, uz - 0.7]], 'water', 0.12) // prettier-ignore
    }
    add(unit, tower, [[ux + 0.4, 1, uz - 0.7], [ux + 0.4, 1, back - 0.5], [tx, 1, back - 0.5], [tx, 2.6, tz + 1.2]], 'water', 0.12) // prettier-ignore
  }
}

function hop(from: DeviceConfig, to: DeviceConfig): Corner[] {
  const [ax, , az] = from.placement.position
  const [bx, , bz] = to.placement.position
  const y = Math.max(topOf(from), topOf(to)) + 0.3
  return [
    [ax + 0.2, topOf(from), az],
    [ax + 0.2, y, az],
    [bx - 0.2, y, bz],
    [bx - 0.2, topOf(to), bz],
  ]
}
function branch(from: DeviceConfig, to: DeviceConfig): Corner[] {
  const [ax, , az] = from.placement.position
  const [bx, , bz] = to.placement.position
  const x = ax + 0.9
  return [
    [ax + 0.2, topOf(from), az],
    [x, topOf(from), az],
    [x, topOf(from), bz],
    [x, topOf(to), bz],
    [bx - 0.2, topOf(to), bz],
  ]
}
function straight(from: DeviceConfig, to: DeviceConfig): Corner[] {
  const [ax, , az] = from.placement.position
  const [bx, , bz] = to.placement.position
  return [
    [ax + 0.2, topOf(from), az],
    [bx - 0.6, topOf(from), az],
    [bx - 0.6, topOf(to), bz],
    [bx - 0.4, topOf(to), bz],
  ]
}

const topOf = (device: DeviceConfig): number => device.placement.position[1] + (top[device.kind] ?? 0.5)
const byX = (a: DeviceConfig, b: DeviceConfig): number => a.placement.position[0] - b.placement.position[0]
const round = (value: number): number => Math.round(value * 100) / 100
const tidy = ([x, y, z]: Corner): Corner => [round(x), round(y), round(z)]

/** Where a machine that comes later stands: the first place for its kind where nothing stands yet. */
export function freePlace(
  kind: string,
  standing: readonly { readonly kind: string; readonly code: string; readonly placement: Placement | null }[],
): Placement {
  const taken = standing.flatMap((one) => (one.kind === 'station' || !one.placement ? [] : [one.placement.position]))
  const line = standing.filter((device) => device.kind !== kind)
  for (let before = 0; ; before++) {
    const row = Array.from({ length: before + 1 }, (_, i) => ({ kind, code: `new-${i}` }))
    const place = placements([...line, ...row]).get(`new-${before}`) ?? at(0, 0)
    const [x, , z] = place.position
    if (before >= standing.length + 1 || taken.every(([tx, , tz]) => Math.hypot(tx - x, tz - z) > 0.7)) return place
  }
}
