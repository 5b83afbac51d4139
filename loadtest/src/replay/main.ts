import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { accountEnergy, type CounterReading } from '@twin/models/energy'
import { plantLimits, type StationConfig } from '@twin/models/stations'
import { putStations } from '../rest.ts'
import type { PlantRows } from './plant.ts'
import { play } from './player.ts'
import { readRecording } from './recording.ts'

const help = `Plays a recording into its own station, with its own times.

  npm run replay -- plant12bar_2018.csv --speed max
  npm run replay -- metropt3_sample.csv --speed 3600

  --speed N|max   recorded seconds per second (default 3600), or as fast as it is acknowledged
  --url URL       broker (default mqtt://127.0.0.1:1883)
  --http URL      server that creates the station first (default http://127.0.0.1:8080; TWIN_USER, TWIN_PASSWORD, default the demo's
                  administrator); --no-http when the station exists

Environment: TWIN_DEVICE_MASTER makes each device sign in with its own secret; without it devices are anonymous.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    speed: { type: 'string', default: '3600' },
    url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    http: { type: 'string', default: 'http://127.0.0.1:8080' },
    'no-http': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  const [file] = positionals
  if (values.help || file === undefined) return console.log(help)
  const speed = values.speed === 'max' ? 'max' : Number(values.speed)
  if (speed !== 'max' && !(speed > 0)) throw new Error(`--speed wants a number above 0 or max, got ${values.speed}`)
  // npm runs scripts in the root; the file is meant from where the user stands.
  const text = await readFile(resolve(process.env['INIT_CWD'] ?? '.', file), 'utf8')
  const { station, tracks, plant } = readRecording(text)
  if (!values['no-http']) await putStations(values.http, [station])
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

  const total = tracks.reduce((sum, track) => sum + track.rows.length, 0)
  let told = Date.now()
  const began = Date.now()
  const acknowledged = await play({
    url: values.url,
    station,
    tracks,
    source: basename(file),
    speed,
    master: process.env['TWIN_DEVICE_MASTER'] ?? null,
    signal: stop.signal,
    onProgress: (at, samples) => {
      if (Date.now() - told < 5000) return
      told = Date.now()
      console.log(`replay: ${new Date(at).toISOString()}  ${samples} of ${total} samples acknowledged`)
    },
  })
  console.log(
    `replay: ${acknowledged} of ${total} samples acknowledged in ${((Date.now() - began) / 1000).toFixed(1)} s, station ${station.code}`,
  )
  if (plant) tellSums(station, plant)
  if (acknowledged < total && !stop.signal.aborted) throw new Error('replay: not everything was acknowledged')
}

/** What the server should come to: sums of the recording, and the hours its rules leave out. */
function tellSums(station: StationConfig, { flow, power }: PlantRows): void {
  const counter = ({ rows }: PlantRows['flow']): CounterReading[] => rows.map(([at, [, value]]) => ({ at, value: Number(value) }))
  const [energy, air] = [counter(power), counter(flow)]
  const account = accountEnergy({
    from: energy[0]?.at ?? 0,
    to: energy.at(-1)?.at ?? 0,
    by: 'hour',
    timeZone: station.timeZone,
    energy,
    air,
    plant: plantLimits(station),
  })
  const sum = (readings: readonly CounterReading[]): string => ((readings.at(-1)?.value ?? 0) - (readings[0]?.value ?? 0)).toFixed(3)
  console.log(`replay: sent ${sum(air)} m3 and ${sum(energy)} kWh`)
  const { kwh, m3, flaggedHours } = account.total
  console.log(`replay: of these ${m3.toFixed(3)} m3 and ${kwh.toFixed(3)} kWh count; ${flaggedHours} impossible hours are left out`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
