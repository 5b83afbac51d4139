import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { companyFleet, demoFleet, type StationConfig } from '@twin/models/stations'
import { putStations } from '../rest.ts'
import { startControl } from './control.ts'
import { Fleet } from './fleet.ts'
import { runSynthetic, syntheticFleet } from './synthetic.ts'

const help = `Simulated devices that talk MQTT like strangers.

  node loadtest/src/fleet/main.ts --demo --url mqtt://127.0.0.1:1883 --backlog-days 7 --state .data/fleet
  node loadtest/src/fleet/main.ts --devices 200 --register http://127.0.0.1:8080
  node loadtest/src/fleet/main.ts --synthetic --devices 1000 --message-rate 5000 --seconds 60 --register http://127.0.0.1:8080

  --url URL            broker (default mqtt://127.0.0.1:1883), or several separated by commas: the next when one fails
  --demo               the twelve demo stations, where something goes wrong now and then; --quiet: nothing does
  --company            the sixty stations of the demo company, likewise
  --devices N          that many made-up devices, 10 to a station, instead
  --stations FILE      stations from a JSON file, instead
  --rate N             looks at the sensors so many times a second (default 1; 0.2 for very large fleets)
  --format json|msgpack
  --gateway            one connection per station through its gateway (default: one per device)
  --backlog-days N     uploads so many days of history at the first start, and what was missed at later ones (default 0)
  --state DIR          what the devices remember between starts; without it every start is a first one
  --cold CODES         these stations stand cold: nothing runs and outlets are shut since ten minutes
  --control PORT       faults on request: POST /fault and GET /status on loopback, 0 = any port (see faults.ts)
  --register URL       creates the stations through REST first (TWIN_USER, TWIN_PASSWORD; default the demo administrator)
  --synthetic          no physics: 15 cheap values a message, for load; with --message-rate N --connections N --seconds N

Environment: TWIN_DEVICE_MASTER makes each device sign in with its own secret; without it devices are anonymous.`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    demo: { type: 'boolean', default: false },
    company: { type: 'boolean', default: false },
    devices: { type: 'string' },
    stations: { type: 'string' },
    rate: { type: 'string', default: '1' },
    format: { type: 'string', default: 'json' },
    gateway: { type: 'boolean', default: false },
    'backlog-days': { type: 'string', default: '0' },
    state: { type: 'string' },
    control: { type: 'string' },
    register: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    cold: { type: 'string' },
    synthetic: { type: 'boolean', default: false },
    'message-rate': { type: 'string', default: '100' },
    connections: { type: 'string', default: '50' },
    seconds: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const say = (text: string): void => console.log(text)
const master = process.env['TWIN_DEVICE_MASTER'] ?? null

async function stationsAsked(): Promise<readonly StationConfig[]> {
  if (values.stations !== undefined) return JSON.parse(await readFile(values.stations, 'utf8')) as StationConfig[]
  if (values.company) return companyFleet()
  return values.devices === undefined ? demoFleet() : syntheticFleet(positive('devices', values.devices))
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} wants a number above 0, got ${text}`)
  return value
}

async function main(): Promise<void> {
  if (values.help) return say(help)
  const stations = await stationsAsked()
  const devices = stations.reduce((sum, station) => sum + station.devices.length, 0)
  if (values.register !== undefined) await putStations(values.register, stations)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

  if (values.synthetic) {
    const result = await runSynthetic({
      url: values.url,
      stations,
      master,
      rate: positive('message-rate', values['message-rate']),
      connections: positive('connections', values.connections),
      seconds: values.seconds === undefined ? Infinity : positive('seconds', values.seconds),
      signal: stop.signal,
    })
    return say(JSON.stringify(result))
  }

  const fleet = new Fleet({
    url: values.url,
    org: 'main',
    master,
    format: values.format === 'msgpack' ? 'msgpack' : 'json',
    log: say,
    rate: positive('rate', values.rate),
    backlogDays: Math.max(0, Number(values['backlog-days']) || 0),
    state: values.state ?? null,
    viaGateway: values.gateway,
    incidents: values.demo && !values.quiet,
    cold: values.cold?.split(',') ?? [],
  })
  const began = Date.now()
  const { uploaded, resumed } = await fleet.start(stations)
  say(`fleet: ${stations.length} stations, ${devices} devices on ${values.url}`)
  const control = values.control === undefined ? null : await startControl(fleet, Number(values.control))
  if (control) say(`fleet: control on http://127.0.0.1:${control.port} (GET /status, POST /fault)`)
  // Who started us as a child waits for `ready`: at a first start the history belongs to it, later it may come behind.
  const progress = setInterval(() => {
    const { samples, uploading } = fleet.status()
    if (uploading > 0) process.send?.({ progress: `历史数据 history: ${samples} 条 samples, ${uploading} 站 stations to go` })
  }, 5000)
  if (resumed) process.send?.({ ready: true })
  const tellUploaded = async (): Promise<void> => {
    const samples = await uploaded
    clearInterval(progress)
    if (stop.signal.aborted) return
    say(`fleet: history uploaded, ${samples} samples in ${((Date.now() - began) / 1000).toFixed(1)} s`)
    if (!resumed) process.send?.({ ready: true })
  }
  void tellUploaded()
  if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))
  clearInterval(progress)
  control?.close()
  await fleet.stop()
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
