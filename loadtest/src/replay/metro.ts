import type { WireValue } from '@twin/models/wire'
import type { Row } from '../fleet/uplink.ts'

export interface MetroRows {
  readonly compressor: { readonly points: readonly string[]; readonly rows: readonly Row[] }
  readonly tank: { readonly points: readonly string[]; readonly rows: readonly Row[] }
  readonly station: { readonly points: readonly string[]; readonly rows: readonly Row[] }
}

/** The recording's zero error: readings this little below zero are zero. Anything lower goes out as it is and is refused as out of range. */
const ZERO_ERROR = 0.05

/**
 * Rows of the MetroPT-3 sample. TP2 is the pressure at the compressor, TP3 at the pneumatic panel, Reservoirs in the reservoir, COMP 1 while
 * the intake valve is shut. The times name no zone and are taken as UTC.
 */
export function metroRows(text: string): MetroRows {
  const [header = '', ...lines] = text.trim().split(/\r?\n/)
  const names = header.split(',')
  const column = (name: string): number => {
    const index = names.indexOf(name)
    if (index < 0) throw new Error(`not a MetroPT-3 recording: no column ${name}`)
    return index
  }
  const at = column('timestamp')
  const [tp2, tp3, reservoirs] = [column('TP2'), column('TP3'), column('Reservoirs')]
  const [oil, current, comp] = [column('Oil_temperature'), column('Motor_current'), column('COMP')]
  const compressor: Row[] = []
  const tank: Row[] = []
  const station: Row[] = []
  for (const line of lines) {
    const cells = line.split(',')
    const time = Date.parse(`${cells[at]?.replace(' ', 'T')}Z`)
    const read = (index: number): number | null => {
      const value = Number(cells[index])
      if (!Number.isFinite(value) || cells[index] === '') return null
      return Math.round((value < 0 && value > -ZERO_ERROR ? 0 : value) * 1000) / 1000
    }
    if (!Number.isFinite(time)) continue
    const amps = read(current)
    compressor.push([time, [runState(amps, read(comp)), read(tp2), read(oil), amps]])
    tank.push([time, [read(reservoirs)]])
    station.push([time, [read(tp3)]])
  }
  return {
    compressor: { points: ['runState', 'dischargePressure', 'oilTemperature', 'motorCurrentA'], rows: compressor },
    tank: { points: ['pressure'], rows: tank },
    station: { points: ['headerPressure'], rows: station },
  }
}

/** The motor draws nothing at rest, about 4 A turning without load and 7 A loaded; the valve says which of the two. */
function runState(amps: number | null, valveShut: number | null): WireValue {
  if (amps === null || valveShut === null) return null
  if (amps < 0.5) return 'STANDBY'
  return valveShut > 0.5 ? 'UNLOADED' : 'LOADED'
}
