import { parseArgs } from 'node:util'
import { readFileSync, writeFileSync } from 'node:fs'
import { syntheticFleet } from '../fleet/synthetic.ts'
import { readRecording } from '../replay/recording.ts'
import { putStations } from '../rest.ts'
import { recordedClients, syntheticClients } from './devices.ts'
import { type Load, scenarios } from './run.ts'

/** One scenario by Node; prints its outcome as one line of JSON. With `--devices FILE` only what the k6 script needs is made. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    seconds: { type: 'string', default: '30' },
    vus: { type: 'string', default: '20' },
    recording: { type: 'string' },
    devices: { type: 'string' },
  },
})
const scenario = scenarios[positionals[0] ?? '']
if (!scenario) throw new Error(`one of: ${Object.keys(scenarios).join(', ')}`)
const load: Load = {
  base: values.url,
  mqtt: values.mqtt,
  seconds: Number(values.seconds),
  vus: Number(values.vus),
  master: process.env['TWIN_DEVICE_MASTER'] ?? null,
  recording: values.recording ?? null,
}
if (values.devices !== undefined) await prepare(values.devices, load)
else console.log(JSON.stringify(await scenario(load)))

async function prepare(file: string, { base, vus, master, recording }: Load): Promise<void> {
  const recorded = recording === null ? null : readRecording(readFileSync(recording, 'utf8'))
  const stations = recorded ? [recorded.station] : syntheticFleet(vus)
  await putStations(base, stations)
  writeFileSync(file, JSON.stringify(recorded ? recordedClients(recorded, master) : syntheticClients(stations, master)), { mode: 0o600 })
}
