import type { DeadLetter, DeviceInput, Outcome, Runtime } from '@twin/actors/runtime'
import { type DeviceConfig, defaultPolicy, type StationConfig } from '@twin/models/stations'
import { createIntake, type IngestRuntime } from './intake.ts'
import { createCredentials } from './credentials.ts'
import { createIngestMetrics } from './metrics.ts'
import { silentLog } from './log.ts'

/** A runtime whose commits the test decides: what ingest promises can be seen from outside. */
export interface TestRuntime extends IngestRuntime, Pick<Runtime, 'stations'> {
  readonly inputs: DeviceInput[]
  readonly letters: DeadLetter[]
  /** Commit every few ms, as the real one; false = only by `commit()`. */
  auto: boolean
  commit(): void
  pending(): number
  readonly marks: Map<string, { readonly boot: string; readonly seq: number }>
}

export const MASTER = 'a-master-secret-for-tests-0123456789'
export const SITE = 'station00001'
export const OTHER_SITE = 'station00002'

const device = (id: string, stationId: string, kind: string): DeviceConfig => ({
  id,
  stationId,
  kind,
  variant: null,
  code: id,
  name: id,
  placement: { position: [0, 0, 0], rotation: 0 },
  settings: {},
})
const site = (id: string, devices: readonly DeviceConfig[]): StationConfig => ({
  id,
  org: 'main',
  code: id,
  name: id,
  nameEn: id,
  kind: 'smartStation',
  region: '310000',
  address: '',
  manager: '',
  position: null,
  timeZone: 'Asia/Shanghai',
  policy: defaultPolicy,
  volume: 5,
  fenceRadius: null,
  outline: null,
  devices,
  pipes: [],
  energyQuota: null,
})
export const sites: readonly StationConfig[] = [
  site(SITE, [
    device(SITE, SITE, 'station'),
    device('compressor01', SITE, 'compressor'),
    device('compressor02', SITE, 'compressor'),
    device('gateway00001', SITE, 'gateway'),
  ]),
  site(OTHER_SITE, [device(OTHER_SITE, OTHER_SITE, 'station'), device('compressor09', OTHER_SITE, 'compressor')]),
]

export function createTestRuntime(): TestRuntime {
  const byDevice = new Map(sites.flatMap((station) => station.devices.map((it) => [it.id, station] as const)))
  let waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  const cursors = new Set<string>()
  const runtime: TestRuntime = {
    inputs: [],
    letters: [],
    auto: true,
    marks: new Map(),
    commit() {
      const covered = waiting
      waiting = []
      for (const done of covered) done()
    },
    pending: () => waiting.length,
    deliver(input, done) {
      waiting.push(() => {
        const { boot, seq } = input.envelope
        const cursor = `${input.device} ${boot} ${seq}`
        const outcome: Outcome = seq !== undefined && cursors.has(cursor) ? 'duplicate' : 'accepted'
        cursors.add(cursor)
        if (outcome === 'accepted') runtime.inputs.push(input)
        done(outcome)
      })
      schedule()
    },
    bury(letter, done) {
      waiting.push(() => {
        runtime.letters.push(letter)
        done?.()
      })
      schedule()
    },
    watermarks: () => runtime.marks,
    stationOf: (id) => byDevice.get(id),
    stations: () => sites,
  }
  function schedule(): void {
    if (!runtime.auto) return
    timer ??= setTimeout(() => {
      timer = undefined
      runtime.commit()
    }, 5)
  }
  return runtime
}

/** Runtime double, intake and credentials put together as `startIngest` does. */
export function createTestIntake(demo = false) {
  const runtime = createTestRuntime()
  const metrics = createIngestMetrics()
  const credentials = createCredentials({ master: MASTER, demo, stationOf: (id) => runtime.stationOf(id) })
  const intake = createIntake({ runtime, credentials, metrics })
  return { runtime, metrics, credentials, intake, log: silentLog }
}

export const telemetry = (boot: string, seq: number, p: Record<string, number> = { dischargePressure: 7 }): string =>
  JSON.stringify({ v: 1, boot, seq, ts: Date.now(), body: { p } })
