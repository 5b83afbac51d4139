import { openLoad, putStations, syntheticFleet } from '@twin/loadtest/bench'
import { type Row, step } from './report.ts'
import { World } from './world.ts'

export interface RecoveryOptions {
  readonly devices: number
  /** Telemetry of all before the kill, messages a second. */
  readonly rate: number
  readonly seconds: number
}

/** kill -9 under load → healthy, and every publishing device acknowledged again; against the start of the same program without stations. */
export async function benchRecovery({ devices, rate, seconds }: RecoveryOptions): Promise<Row[]> {
  const world = new World()
  try {
    const product = await world.product('embedded')
    await product.kill()
    const empty = performance.now()
    await product.restart()
    const bare = (performance.now() - empty) / 1000
    step(`an empty server is back after ${bare.toFixed(1)} s; ${devices} devices are made known`)
    const stations = syntheticFleet(devices)
    await putStations(product.http, stations)
    const connection = { url: product.mqtt, stations, master: null, connections: 50, window: 500 }
    const load = await openLoad(connection)
    await load.run(rate, seconds)
    step('kill -9')
    const began = performance.now()
    await product.kill()
    await product.restart()
    const healthy = (performance.now() - began) / 1000
    // Births of all, each acknowledged after its commit.
    const again = await openLoad(connection)
    const whole = (performance.now() - began) / 1000
    const text = await (await fetch(`${product.http}/metrics`)).text()
    const alive = Number(/^twin_runtime_devices (\d+)/m.exec(text)?.[1] ?? 0)
    const expected = stations.reduce((sum, station) => sum + station.devices.length, 0)
    await again.close()
    return [
      {
        what: `recovery after kill -9, ${expected} devices live at ${rate} msg/s`,
        figure: `all ${alive >= expected ? expected : alive} actors after ${healthy.toFixed(1)} s, all publishers acknowledged after ${whole.toFixed(1)} s`,
        baseline: `${bare.toFixed(1)} s: the same without stations`,
        ratio: (whole / bare).toFixed(1),
        target: '≤ 10 s',
        met: whole <= 10 && alive >= expected,
      },
    ]
  } finally {
    await world.stop()
  }
}
