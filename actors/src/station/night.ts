import { counterSources, type LeakKnowledge, leakNight, leakOf, type NightMinute } from '@twin/models/stations'
import type { CellView, Turn } from '../runtime/turn.ts'

const HOUR = 3_600_000
const FROM = 2 * HOUR
const TO = 5 * HOUR

/** Minutes of a night under way. Not part of the state: a process that starts in the middle has too few of them and says nothing. */
export class NightWatch {
  readonly day: number
  readonly minutes: NightMinute[] = []
  #minute = -1
  #n = 0
  #flow = 0
  #pressure = 0

  constructor(day: number) {
    this.day = day
  }

  add(minute: number, flow: number, pressure: number): void {
    if (minute !== this.#minute) this.close()
    this.#minute = minute
    if (!Number.isFinite(flow) || !Number.isFinite(pressure)) return
    this.#n++
    this.#flow += flow
    this.#pressure += pressure
  }

  close(): void {
    if (this.#n > 0) this.minutes.push({ flow: this.#flow / this.#n, pressure: this.#pressure / this.#n })
    this.#n = this.#flow = this.#pressure = 0
  }
}

/** Between 02:00 and 05:00 the header's flow is watched; after that the night has said what it can of the leaks. */
export function watchNight(cell: CellView, turn: Turn): void {
  const { config, reader, readings, own } = cell
  const day = cell.state.station.energyDay?.day
  if (own === undefined || day === undefined) return
  const now = cell.now(turn.wall)
  const time = now - day
  readings.now = now
  if (time >= FROM && time < TO) {
    if (cell.night?.day !== day) cell.night = new NightWatch(day)
    cell.night.add(Math.floor(time / 60_000), reader.value(config.id, 'headerFlow'), reader.value(config.id, 'headerPressure'))
  } else if (cell.night !== null) {
    const { night } = cell
    cell.night = null
    night.close()
    const found = leakNight(night.day, night.minutes, meanFlow(cell))
    if (found !== null) turn.say(cell.address, [{ kind: 'leak.night', v: 1, at: now, body: found }])
  }
}

/** What is known of the leaks; undefined while no night has told. */
export function knownLeak(cell: CellView): LeakKnowledge | undefined {
  const { leakNights = [] } = cell.state.station
  if (leakNights.length === 0) return undefined
  return leakOf(leakNights, cell.reader.value(cell.config.id, 'headerPressure'), meanFlow(cell))
}

/** m3/min over the last 24 h, NaN until they are known. */
function meanFlow({ config, reader }: CellView): number {
  const { air } = counterSources(config)
  return reader.count24h(air.device, air.point) / 1440
}
