import { parseArgs } from 'node:util'
import { type Load, scenarios } from './run.ts'

/** One scenario by Node; prints its outcome as one line of JSON. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    seconds: { type: 'string', default: '30' },
    vus: { type: 'string', default: '20' },
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
}
console.log(JSON.stringify(await scenario(load)))
