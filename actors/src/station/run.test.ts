import { seededRandom } from '@twin/models/physics'
import type { StationView } from '@twin/models/live'
import { composeStation, defaultPolicy, type StationConfig } from '@twin/models/stations'
import type { ControlRun, Effect } from '@twin/models/twin'
import type { WireValue } from '@twin/models/wire'
import { describe, expect, it } from 'vitest'
import { TestPlant } from '../memory/test-plant.ts'
import type { Reply } from '../runtime/types.ts'

const by = { id: 'u1', name: '操作员', from: '127.0.0.1' }

const smart: StationConfig = {
  ...composeStation({
    id: 'station00001',
    kind: 'smartStation',
    code: 'T-01',
    name: '测试站',
    nameEn: 'Test station',
    region: '310000',
    address: '',
    position: null,
    units: [{ variant: 'vsd', ratedPower: 75, ratedFlow: 12.5, ratedPressure: 8 }],
    tanks: [2],
    dryer: 'refrigerated',
    waterCooled: true,
    outlets: ['车间'],
    videoRequired: false,
  }),
  policy: { ...defaultPolicy, videoRequired: false },
}

type Values = Record<string, Record<string, WireValue>>
type Sent = Effect & { readonly kind: 'publishCommand' }

/** A cold station whose devices obey as told: 'obeys', takes the command without effect, says no, or does not answer. */
class ColdStation {
  readonly plant = new TestPlant({}, smart)
  readonly values: Values = {
    compressor: { controlMode: 'REMOTE', remoteEnabled: true, runState: 'STOPPED' },
    dryer: { runState: 'STOPPED' },
    waterPump: { runState: 'STANDBY' },
    coolingTower: { fanFrequency: 0 },
    valve: { valveState: 'CLOSED', remoteEnabled: true, openPercent: 0 },
    station: { headerPressure: 5, roomOccupied: false },
  }
  behaviour: Readonly<Record<string, 'obeys' | 'idles' | 'refuses' | 'silent'>> = {}
  #seen = 0

  async up(): Promise<this> {
    await this.plant.live()
    await this.plant.comeUp()
    // Long enough at rest for every restart delay; told often enough not to fall silent.
    for (let i = 0; i < 24; i++) {
      await this.pass(1)
      await this.plant.time.pass(8_000)
    }
    await this.pass(2)
    return this
  }
  get sent(): readonly Sent[] {
    return this.plant.effects.filter((effect): effect is Sent => effect.kind === 'publishCommand')
  }
  /** Ids in the order sent, each once. */
  get order(): readonly string[] {
    return [...new Set(this.sent.map(({ message }) => message.kind))]
  }
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (const effect of this.plant.effects)
        if (effect.kind === 'openVideo' && effect.command !== null && !this.#answered.has(effect.command)) {
          this.#answered.add(effect.command)
          await this.plant.ask({ type: 'video.result', station: smart.id, command: effect.command, ok: false, detail: 'none' })
        }
      this.#obey()
      await this.plant.run(1, this.values)
    }
  }
  readonly #answered = new Set<string>()
  #obey(): void {
    for (; this.#seen < this.sent.length; this.#seen++) {
      const { device, message } = this.sent[this.#seen] as Sent
      const how = this.behaviour[message.kind] ?? 'obeys'
      if (how === 'silent') continue
      this.plant.event(device, { type: 'ack', id: message.id, ok: how !== 'refuses', ...(how === 'refuses' && { reason: 'STATE' }) })
      if (how === 'obeys') this.#effect(message.kind, device)
    }
  }
  #effect(kind: string, device: string): void {
    const set = (more: Record<string, WireValue>): void => void (this.values[device] = { ...this.values[device], ...more })
    if (kind === 'waterPump.start' || kind === 'dryer.start') set({ runState: 'RUNNING' })
    if (kind === 'coolingTower.setFan') set({ fanFrequency: 40 })
    if (kind === 'valve.open') set({ valveState: 'OPEN', openPercent: 100 })
    if (kind === 'compressor.start') set({ runState: 'LOADED' })
  }
  start(id = 'run1', units: readonly string[] = []): Promise<Reply> {
    return this.plant.ask({ type: 'run.start', station: smart.id, id, by, reason: '早班', units })
  }
  async view(): Promise<StationView> {
    let found: StationView | undefined
    this.plant.runtime.snapshot(smart.id, (state) => (found = state))
    await this.plant.time.pass(100)
    if (!found) throw new Error('no view')
    return found
  }
  async run(): Promise<ControlRun> {
    const { run } = (await this.view()).station
    if (!run) throw new Error('no run')
    return run
  }
}

const all = ['waterPump.start', 'coolingTower.setFan', 'dryer.start', 'compressor.start', 'valve.open']
const phases = ({ steps }: ControlRun) => steps.map(({ phase }) => phase)

describe('start sequence', () => {
  it('[SQ1] each step is sent when the one before is confirmed; the outlet waits for its pressure; every step has its times', async () => {
    const cold = await new ColdStation().up()
    expect(await cold.start()).toMatchObject({ ok: true, run: { id: 'run1', phase: 'running' } })
    expect(await cold.start()).toMatchObject({ ok: true, run: { id: 'run1' } })
    expect(await cold.start('run2')).toMatchObject({ ok: false, reason: 'conflict', code: 'BUSY' })
    await cold.pass(60)
    expect(cold.order).toEqual(all.slice(0, 4))
    const waiting = await cold.run()
    expect(waiting.steps[4]).toMatchObject({ key: 'pressure', phase: 'waiting', deadline: expect.any(Number) })
    cold.values['station'] = { ...cold.values['station'], headerPressure: 6.9 }
    await cold.pass(20)
    const done = await cold.run()
    expect(done).toMatchObject({ phase: 'done', endedAt: expect.any(Number) })
    expect(phases(done)).toEqual(Array.from({ length: 6 }, () => 'done'))
    for (const [i, step] of done.steps.entries()) {
      expect(step.endedAt).toBeGreaterThanOrEqual(step.startedAt ?? Infinity)
      if (i > 0) expect(step.startedAt).toBeGreaterThanOrEqual(done.steps[i - 1]?.endedAt ?? Infinity)
    }
    expect(cold.order).toEqual(all)
    // Once more: everything is as wanted already, nothing is sent.
    await cold.start('run3')
    await cold.pass(2)
    expect(phases(await cold.run())).toEqual(Array.from({ length: 6 }, () => 'already'))
    expect(cold.order).toEqual(all)
  })

  it('[SQ2] a restart delay is waited for, a person may stop it, and the outlet does not open below its pressure', async () => {
    const cold = await new ColdStation().up()
    const dryer = cold.plant.device('dryer')
    cold.values[dryer] = { runState: 'RUNNING' }
    await cold.pass(3)
    cold.values[dryer] = { runState: 'STOPPED' }
    await cold.pass(3)
    await cold.start()
    await cold.pass(60)
    expect((await cold.run()).steps[2]).toMatchObject({ key: 'dryer', phase: 'waiting', detail: expect.stringContaining('stuckS') })
    await cold.pass(130)
    expect(cold.order).toContain('compressor.start')
    expect(await cold.plant.ask({ type: 'run.abort', station: smart.id, id: 'run1', by })).toMatchObject({
      ok: true,
      run: { phase: 'aborted' },
    })
    expect(phases(await cold.run()).slice(-2)).toEqual(['unsent', 'unsent'])
    const valve = cold.plant.device('valve')
    const wish = { type: 'command.request' as const, station: smart.id, target: valve, id: 'c1', code: 'valve.open', args: {} }
    expect(await cold.plant.ask({ ...wish, reason: '试', by, confirmed: true })).toMatchObject({ reason: 'conflict', code: 'PRESSURE_LOW' })
    await cold.pass(60)
    expect(cold.order).not.toContain('valve.open')
  })

  it('[SQ3] whatever fails, whenever the process dies: nothing is sent after a failed step, nor twice, and the records agree', async () => {
    const ended = { done: 0, failed: 0 }
    for (let seed = 1; seed <= 12; seed++) {
      const random = seededRandom(seed)
      const cold = await new ColdStation().up()
      cold.values['station'] = { ...cold.values['station'], headerPressure: random() < 0.8 ? 6.9 : 5 }
      const bad = all[Math.floor(random() * all.length)] ?? ''
      const how = (['idles', 'refuses', 'silent', 'obeys', 'obeys'] as const)[Math.floor(random() * 5)] ?? 'silent'
      cold.behaviour = { [bad]: how }
      await cold.start()
      const dies = Math.floor(random() * 40)
      const comesIn = random() < 0.2 ? Math.floor(random() * 30) : -1
      for (let second = 0; second < 60; second++) {
        if (second === dies) {
          await cold.plant.settled()
          const hash = cold.plant.runtime.stateHash(smart.id)
          await cold.plant.live()
          expect(cold.plant.runtime.stateHash(smart.id)).toBe(hash)
        }
        if (second === comesIn) cold.values['station'] = { ...cold.values['station'], roomOccupied: true }
        await cold.pass(1)
      }
      const run = await cold.run()
      if (run.phase === 'done' || run.phase === 'failed') ended[run.phase]++
      const sent = cold.sent.map(({ message }) => message.id)
      const failed = run.steps.findIndex(({ phase }) => phase === 'failed')
      const place = new Map(run.steps.map(({ command }, i) => [command, i]))
      const places = sent.map((id) => place.get(id) ?? -1)
      expect(places, `seed ${seed}`).toEqual(places.toSorted((a, b) => a - b))
      if (failed >= 0) {
        expect(Math.max(...places, -1), `seed ${seed}`).toBeLessThanOrEqual(failed)
        expect(run.phase, `seed ${seed}`).toBe('failed')
        expect(new Set(phases(run).slice(failed + 1)), `seed ${seed}`).toEqual(new Set(failed < 5 ? ['unsent'] : []))
      }
      // The idempotent ones may be repeated by their id, never under another.
      const starts = cold.sent.filter(({ message }) => message.kind === 'compressor.start')
      expect(starts.length, `seed ${seed}`).toBeLessThanOrEqual(1)
      const hash = cold.plant.runtime.stateHash(smart.id)
      await cold.plant.live()
      expect(cold.plant.runtime.stateHash(smart.id), `seed ${seed}`).toBe(hash)
    }
    expect(ended.done).toBeGreaterThan(1)
    expect(ended.failed).toBeGreaterThan(3)
  })
})
