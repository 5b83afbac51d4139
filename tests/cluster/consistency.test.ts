import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { Cashier } from './cashier.ts'
import { Lab } from './lab.ts'
import { Operator } from './operator.ts'
import { moneyNow, readAfterWrites, registersOf, slowestView } from './registers.ts'

/** `npm run faults`: longer, and with Redis gone for a while. */
const long = Number(process.env.TWIN_FAULTS_SECONDS ?? 0) > 0

/**
 * What row P-012 asks of nodes and browsers. An app and a big screen of their own, which it also names, are not there; they would read the
 * same topics.
 */
describe('several nodes', () => {
  const lab = new Lab()
  const [station, other] = demoFleet()
  if (!station || !other) throw new Error('no stations')
  const cashier = new Cashier(lab.desk, 'reads')
  const operator = new Operator([station, other], 'reads')
  beforeAll(async () => {
    await lab.start(2)
    await lab.balanced()
    await cashier.open(station, lab.mqttUrl, lab.sql)
  }, 180_000)
  afterAll(async () => {
    await operator.stop()
    await cashier.stop()
    await lab.stop()
  }, 60_000)

  it('[CL17] a read after an acknowledged write through another node gives it or a later one; money adds up at every look; a value is the same in views of different nodes within 2 s', async () => {
    const registers = await registersOf(lab, station)
    cashier.start(20)
    await operator.start(lab, 300)
    const sums: string[] = []
    const end = new AbortController()
    let looks = 0
    const looking = (async () => {
      for (; !end.signal.aborted; looks++) {
        const node = lab.nodes[looks % lab.nodes.length]
        if (node) sums.push(...(await moneyNow(lab, node)))
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    })()
    const plain = await readAfterWrites(lab, registers, long ? 30 : 4)
    // The same without a word between the nodes but what the database says.
    lab.redisLine.hold()
    const silent = await readAfterWrites(lab, registers, long ? 20 : 2).finally(() => lab.redisLine.release())
    await until('money moved', async () => cashier.done > 20, 60)
    end.abort()
    await looking
    await cashier.stop()

    const device = station.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
    const client = await mqtt.connectAsync(lab.mqttUrl, { protocolVersion: 5 })
    let seq = 0
    const send = async (value: number): Promise<void> => {
      const body = { v: 1, boot: 'reads', seq: ++seq, ts: Date.now(), body: { p: { dischargeTemperature: value } } }
      await client.publishAsync(`tw/${station.org}/${station.id}/t/${device}`, JSON.stringify(body), { qos: 1 })
    }
    await until('frames pass between nodes again', async () => (await slowestView(lab, station, device, send, 1)) < 2000, 60)
    const slowest = await slowestView(lab, station, device, send, long ? 40 : 8)
    await client.endAsync()
    await operator.stop()
    console.log(
      JSON.stringify({ reads: plain.reads, silentReads: silent.reads, looks, slowestViewMs: Math.round(slowest), documents: cashier.done }),
    )
    expect([...plain.stale, ...silent.stale, ...sums]).toEqual([])
    expect(await cashier.verify(lab.sql)).toEqual([])
    expect(cashier.stale).toBe(0)
    const { twice, illegal, unsent } = await operator.verify(lab.sql)
    expect({ twice, illegal, unsent }).toEqual({ twice: 0, illegal: 0, unsent: 0 })
    expect(slowest).toBeLessThan(2000)
  }, 300_000)
})
