import { expect, it } from 'vitest'
import { TestPlant } from '../memory/test-plant.ts'
import { FencedError, type CommitPort } from '../ports.ts'

const person = { id: 'u1', name: '操作员', from: '127.0.0.1' }

/** A commit port whose commits wait until told. */
function held(inner: CommitPort) {
  const waiting: (() => void)[] = []
  let holding = false
  return {
    port: {
      async commit(batch) {
        if (holding) await new Promise<void>((resolve) => waiting.push(resolve))
        await inner.commit(batch)
      },
    } satisfies CommitPort,
    hold: () => (holding = true),
    letGo: () => {
      holding = false
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
}

it('[OG1] a commit that never resolves lets nothing out: no acknowledgement, reply, view, frame or effect', async () => {
  let gate: ReturnType<typeof held> | undefined
  const plant = new TestPlant()
  await plant.live((commit) => (gate = held(commit)).port)
  await plant.comeUp()
  await plant.time.pass(500)
  plant.committed = []
  plant.outcomes.length = 0
  plant.effects = []
  gate?.hold()
  plant.report(plant.config.id, { fireAlarm: true })
  let replied = false
  let viewed = false
  void plant.runtime
    .ask({
      type: 'command.request',
      station: plant.config.id,
      target: plant.device('camera'),
      id: 'c1',
      code: 'camera.open',
      args: { reason: 'x' },
      reason: 'x',
      by: person,
      confirmed: true,
    })
    .then(() => (replied = true))
  plant.runtime.snapshot(plant.config.id, () => (viewed = true))
  await plant.time.pass(60_000)
  const before = { outcomes: [...plant.outcomes], effects: [...plant.effects], committed: [...plant.committed], replied, viewed }
  expect(before).toEqual({ outcomes: [], effects: [], committed: [], replied: false, viewed: false })
  gate?.letGo()
  await plant.time.pass(1000)
  expect(plant.outcomes).toEqual(['accepted'])
  expect([replied, viewed]).toEqual([true, true])
  expect(plant.effects.some((effect) => effect.kind === 'openVideo')).toBe(true)
})

it('[OG2] a failed commit is tried again as it stands; nothing is lost or doubled', async () => {
  let failures = 3
  const plant = await new TestPlant().live((commit) => ({
    async commit(batch) {
      if (failures-- > 0) throw new Error('connection reset')
      await commit.commit(batch)
    },
  }))
  await plant.comeUp()
  await plant.time.pass(3000)
  expect(plant.outcomes).toHaveLength(plant.config.devices.length * 2)
  expect(plant.store.samples.filter((row) => row.origin === 'measured')).toHaveLength(plant.config.devices.length)
})

it('[OG3] a fenced runtime stops and tells nobody anything', async () => {
  const fatal: Error[] = []
  const plant = await new TestPlant({ onFatal: (error) => fatal.push(error) }).live()
  await plant.comeUp()
  const old = plant.runtime
  await plant.live()
  plant.outcomes.length = 0
  const input = plant.telemetry(plant.config.id, { headerPressure: 6 })
  old.deliver(input, () => plant.outcomes.push('accepted'))
  await plant.time.pass(1000)
  expect(fatal[0]).toBeInstanceOf(FencedError)
  expect(plant.outcomes).toEqual([])
  old.deliver(input, () => plant.outcomes.push('accepted'))
  await plant.time.pass(1000)
  expect(plant.outcomes).toEqual([])
})

it('[OG4] a new alarm is shown at once, and its patch may come again with the commit', async () => {
  const plant = await new TestPlant().live()
  await plant.comeUp()
  const shown: string[] = []
  plant.runtime.onProvisional((_, patches) => shown.push(...patches.map((patch) => patch.path.join('/'))))
  plant.report(plant.config.id, { fireAlarm: true })
  const path = `devices/${plant.config.id}/alarms/ST-020`
  expect(shown).toEqual([path])
  plant.committed = []
  await plant.time.pass(100)
  const confirmed = plant.committed.flatMap((news) => news.patches.get(plant.config.id) ?? [])
  expect(confirmed.map((patch) => patch.path.join('/'))).toContain(path)
})

it('[OG5] a view covers exactly the commits its viewer has seen', async () => {
  const plant = await new TestPlant().live()
  await plant.comeUp()
  const seen: string[] = []
  plant.runtime.onCommitted((news) => seen.push(...news.batch.samples.map((row) => String(row.values[0]))))
  plant.runtime.snapshot(plant.config.id, (view) => seen.push(`view ${String(view?.slabs[0]?.val[0])}`))
  plant.report(plant.config.id, { headerPressure: 6.5 })
  plant.runtime.snapshot('nowhere', (view) => seen.push(view === undefined ? 'nowhere' : 'view'))
  await plant.time.pass(100)
  expect(seen.filter((entry) => entry !== 'NaN')).toEqual(['6.5', 'view 6.5', 'nowhere'])
})

it('[OG6] beyond the limit of what may wait, messages stay unacknowledged and requests are refused until there is room', async () => {
  let gate: ReturnType<typeof held> | undefined
  const plant = await new TestPlant({ maxPendingBytes: 50_000 }).live((commit) => (gate = held(commit)).port)
  await plant.comeUp()
  plant.outcomes.length = 0
  gate?.hold()
  for (let n = 0; n < 100; n++) plant.report(plant.config.id, { headerPressure: 6 + n / 100 })
  await plant.time.pass(1000)
  expect(plant.outcomes).toEqual([])
  const refused = await plant.runtime.ask({ type: 'command.cancel', station: plant.config.id, id: 'x', by: person })
  expect(refused).toMatchObject({ ok: false, reason: 'overloaded' })
  gate?.letGo()
  await plant.time.pass(2000)
  expect(plant.outcomes).toHaveLength(100)
})
