/** `npm run demo:company`: the product with a company of 60 stations, two years of records and 7 days of telemetry, in a data folder of its own. */
import { join } from 'node:path'

process.env.TWIN_DATA_DIR ??= join(import.meta.dirname, '..', '.data', 'company')
process.env.TWIN_DEMO_FLEET = 'company'
await import('./start.ts')
