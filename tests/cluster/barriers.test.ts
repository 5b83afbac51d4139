import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { shardOf } from '../../actors/src/runtime/index.ts'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { MqttProxy } from './mqtt-proxy.ts'
import { PgProxy } from './pg-proxy.ts'
import { Publisher } from './publisher.ts'

const cases = (['after-insert', 'after-fence', 'after-commit', 'before-puback', 'before-publish'] as const).flatMap((place) =>
  (['SIGKILL', 'SIGSTOP'] as const).map((fault) => ({ place, fault })),
)

describe('an owner fails at a chosen moment', () => {
  const lab = new Lab()
  const stations = demoFleet()
  let pg: PgProxy
  let mqtt: MqttProxy
  let publisher: Publisher | undefined
  let victim: LabNode

  /** The node behind the proxies holds stations, and everything is in its place. */
  const ready = async (): Promise<void> => {
    if (!victim?.process.alive) victim = await lab.addNode(quick, { databaseUrl: pg.url, mqttUrl: mqtt.url })
    await until(
      'the node behind the proxies owns stations',
      async () => {
        const owners = await lab.owners()
        const own = await Promise.all(stations.map(({ id }) => lab.ownerOf(shardOf(id))))
        return !owners.has('') && own.every(Boolean) && own.includes(victim)
      },
      60,
    )
  }

  beforeAll(async () => {
    await lab.start(1, quick)
    pg = await new PgProxy(lab.databaseUrl).start()
    mqtt = await new MqttProxy(lab.mqttPort).start()
    await ready()
  }, 120_000)
  afterEach(async () => {
    await publisher?.stop()
    for (const proxy of [pg, mqtt]) proxy.release()
    victim.process.signal('SIGCONT')
  })
  afterAll(async () => {
    await lab.stop()
    await Promise.all([pg.stop(), mqtt.stop()])
  }, 60_000)

  it.each(cases)(
    '[CL3] $fault $place: nothing acknowledged is lost, doubled or out of order, and every shard is owned',
    async ({ place, fault }) => {
      await ready()
      publisher = new Publisher(stations, `${place}-${fault}`)
      await publisher.start(lab.mqttUrl, 60)
      const sent = publisher
      await until('all devices on record', async () => (await sent.progress(lab.sql)).size === sent.streams.length)
      await (place === 'before-puback' || place === 'before-publish' ? mqtt.hold(place) : pg.hold(place))
      victim.process.signal(fault)
      const marks = new Map(publisher.streams.map(({ device, seq }) => [device, seq]))
      await until(
        'all served by the other',
        async () => {
          const progress = await sent.progress(lab.sql)
          return sent.streams.every(({ device }) => (progress.get(device) ?? 0) > (marks.get(device) ?? 0))
        },
        60,
      )
      // Back from its pause, with all that was held on its way at once.
      victim.process.signal('SIGCONT')
      pg.release()
      mqtt.release()
      await settled(lab.sql, publisher)
      await until('no shard on the move', async () => !(await lab.owners()).has(''))
      expect(await findings(lab.sql, publisher)).toEqual(CLEAN)
    },
    150_000,
  )
})
