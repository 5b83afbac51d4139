import type { StationView } from '@twin/models/live'
import { defaultPolicy } from '@twin/models/stations'
import type { Effect, JointControl } from '@twin/models/twin'
import type { WireValue } from '@twin/models/wire'
import { expect, it } from 'vitest'
import { TestPlant, testStation } from '../memory/test-plant.ts'
import type { Reply } from '../runtime/types.ts'

const by = { id: 'u1', name: '操作员', from: '127.0.0.1' }
const band = { low: 6.6, high: 7 }

type Sent = Effect & { readonly kind: 'publishCommand' }

/** A central station with a master that takes everything, and three units of which two stand in a group. */
class Central {
  readonly plant: TestPlant
  readonly values: Record<string, Record<string, WireValue>> = {}
  #seen = 0
  readonly #answered = new Set<string>()

  constructor() {
    const base = testStation({ kind: 'centralStation', policy: { ...defaultPolicy, videoRequired: false } })
    const first = base.devices.find(({ kind }) => kind === 'compressor')
    if (!first) throw new Error('no compressor')
    const third = { ...first, id: 'unitloose001', code: 'AC-3' }
    const devices = [...base.devices, third].map((device) =>
      device.kind === 'compressor' && device.id !== third.id ? { ...device, texts: { group: 'A' } } : device,
    )
    this.plant = new TestPlant({}, { ...base, devices })
    this.values[this.unit(0)] = { controlMode: 'SEQUENCER', remoteEnabled: true, runState: 'LOADED', runningHours: 100 }
    this.values[this.unit(1)] = { controlMode: 'REMOTE', remoteEnabled: true, runState: 'STANDBY', runningHours: 110 }
    this.values[this.unit(2)] = { controlMode: 'REMOTE', remoteEnabled: true, runState: 'LOADED', runningHours: 50 }
    this.values[this.plant.config.id] = { sequencingMode: 'AUTO_LOCAL', targetPressureSet: 6.8, pressureBandSet: 0.3, minPressureSet: 6.2 }
  }
  unit(nth: number): string {
    return this.plant.device('compressor', nth)
  }
  get id(): string {
    return this.plant.config.id
  }
  set(device: string, more: Record<string, WireValue>): void {
    this.values[device] = { ...this.values[device], ...more }
  }
  async up(): Promise<this> {
    await this.plant.live()
    await this.plant.comeUp()
    await this.pass(3)
    return this
  }
  get sent(): readonly Sent[] {
    return this.plant.effects.filter((effect): effect is Sent => effect.kind === 'publishCommand')
  }
  get plans(): readonly (readonly string[])[] {
    const plans = this.sent.filter(({ message }) => message.kind === 'station.applySequencePlan')
    return plans.map(({ message }) => (message.args['plan'] as { on: string[] }[])[0]?.on ?? [])
  }
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (const effect of this.plant.effects)
        if (effect.kind === 'openVideo' && effect.command !== null && !this.#answered.has(effect.command)) {
          this.#answered.add(effect.command)
          await this.plant.ask({ type: 'video.result', station: this.id, command: effect.command, ok: false, detail: 'none' })
        }
      for (; this.#seen < this.sent.length; this.#seen++) this.#obey(this.sent[this.#seen] as Sent)
      await this.plant.run(1, this.values)
    }
  }
  /** As `pass`, told just often enough. */
  async idle(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 9) {
      await this.pass(1)
      await this.plant.time.pass(8_000)
    }
    await this.pass(3)
  }
  #obey({ device, message: { id, kind, args } }: Sent): void {
    this.plant.event(device, { type: 'ack', id, ok: true })
    if (kind === 'station.setTargetPressure') this.set(device, { targetPressureSet: args['targetPressure'] as number })
    if (kind === 'station.setPressureBand') this.set(device, { pressureBandSet: args['band'] as number })
    if (kind === 'station.setSequencingMode') this.set(device, { sequencingMode: args['mode'] as string })
    if (kind === 'compressor.setControlMode') this.set(device, { controlMode: args['mode'] as string })
  }
  engage(id = 'j1', more: Record<string, unknown> = {}): Promise<Reply> {
    return this.plant.ask({ type: 'joint.engage', station: this.id, id, by, reason: '夜班', band, rotateAfterH: 24, ...more })
  }
  release(unit: string | null, id = 'r1'): Promise<Reply> {
    return this.plant.ask({ type: 'joint.release', station: this.id, id, by, reason: '交班', unit })
  }
  command(id: string, target: string, code: string, args = {}): Promise<Reply> {
    const wish = { type: 'command.request' as const, station: this.id, target, id, code, args }
    return this.plant.ask({ ...wish, reason: '试', by, confirmed: true })
  }
  async view(): Promise<StationView> {
    let found: StationView | undefined
    this.plant.runtime.snapshot(this.id, (state) => (found = state))
    await this.plant.time.pass(100)
    if (!found) throw new Error('no view')
    return found
  }
  async joint(): Promise<JointControl | null> {
    return (await this.view()).station.joint ?? null
  }
  async reasons(): Promise<string[]> {
    return ((await this.view()).station.jointLog ?? []).map(({ kind, reason, outcome }) => `${kind} ${outcome} ${reason}`)
  }
}

it('[JC1] only grouped units come under joint control; their plan follows; a manual command is refused until they are released', async () => {
  const central = await new Central().up()
  const [one, two, loose] = [central.unit(0), central.unit(1), central.unit(2)]
  expect(await central.engage('j0', { units: [loose] })).toMatchObject({ ok: false, reason: 'invalid', field: 'units' })
  expect(await central.engage('j0', { band: { low: 6, high: 7 } })).toMatchObject({ ok: false, reason: 'invalid', field: 'low' })
  expect(await central.engage('j0', { band: { low: 7.9, high: 8.2 } })).toMatchObject({ ok: false, reason: 'invalid', field: 'high' })
  expect(await central.engage()).toMatchObject({ ok: true, run: { kind: 'joint', phase: 'running' } })
  await central.pass(15)
  expect(await central.joint()).toMatchObject({ phase: 'active', members: [one, two], order: [one, two], lead: one })
  expect(central.plans).toEqual([[one, two]])
  expect(await central.reasons()).toEqual(['plan confirmed 投入联控 joint control begins'])
  for (const [i, code] of ['compressor.stop', 'compressor.unload', 'compressor.setControlMode'].entries()) {
    const args = code === 'compressor.setControlMode' ? { mode: 'REMOTE' } : {}
    expect(await central.command(`m${i}`, one, code, args)).toMatchObject({ ok: false, reason: 'conflict', code: 'JOINT_CONTROL' })
  }
  expect(await central.command('m8', central.id, 'station.setSequencingMode', { mode: 'OFF' })).toMatchObject({ code: 'JOINT_CONTROL' })
  expect(await central.command('m12', central.id, 'station.start')).toMatchObject({ code: 'JOINT_CONTROL' })
  expect(await central.command('m9', loose, 'compressor.unload')).toMatchObject({ ok: true })
  expect(await central.release(one)).toMatchObject({ ok: true })
  await central.pass(10)
  expect(await central.joint()).toMatchObject({ members: [two], lead: two })
  expect(central.plans.at(-1)).toEqual([two])
  expect(await central.command('m10', one, 'compressor.unload')).toMatchObject({ ok: true })
  expect(await central.release(two, 'r2')).toMatchObject({ ok: false, reason: 'conflict' })
  expect(await central.release(null, 'r3')).toMatchObject({ ok: true })
  await central.pass(10)
  expect(await central.joint()).toBeNull()
  // As it was before: the station automatic by itself, the second unit in remote operation.
  expect(central.values[central.id]).toMatchObject({ sequencingMode: 'AUTO_LOCAL' })
  expect(central.values[two]).toMatchObject({ controlMode: 'REMOTE' })
  expect(await central.command('m11', two, 'compressor.start')).not.toMatchObject({ code: 'JOINT_CONTROL' })
})

it('[JC2] the lead rotates by running hours, a tagged unit leaves at once and comes back after its tag, each with its reason, across restarts', async () => {
  const central = await new Central().up()
  const [one, two] = [central.unit(0), central.unit(1)]
  await central.engage()
  await central.pass(15)
  central.set(one, { runningHours: 133.9 })
  await central.pass(5)
  expect(central.plans).toHaveLength(1)
  central.set(one, { runningHours: 134 })
  await central.pass(5)
  expect(central.plans.at(-1)).toEqual([two, one])
  expect((await central.reasons()).at(-1)).toBe('plan confirmed 轮换主机 lead rotates: AC-1 134.0 h → AC-2 110.0 h')
  const tag = (on: boolean): Promise<Reply> =>
    central.plant.ask({
      type: 'device.lockout',
      station: central.id,
      device: two,
      kind: 'lockout',
      document: 'R-7',
      on,
      by,
      reason: '检修',
    })
  await tag(true)
  await central.plant.settled()
  const hash = central.plant.runtime.stateHash(central.id)
  await central.plant.live()
  expect(central.plant.runtime.stateHash(central.id)).toBe(hash)
  await central.pass(20)
  expect(central.plans.at(-1)).toEqual([one])
  expect((await central.reasons()).at(-1)).toMatch(/AC-2 退出 out: 挂牌 tagged R-7.*AC-1 接替主机/)
  expect(await central.command('m1', two, 'compressor.start')).toMatchObject({ ok: false, code: 'TAGGED_OUT' })
  await tag(false)
  await central.pass(10)
  // A plan that adds a unit waits for its interval.
  expect(central.plans.at(-1)).toEqual([one])
  expect(await central.joint()).toMatchObject({ problem: expect.stringContaining('Too soon') })
  await central.idle(300)
  expect(new Set(central.plans.at(-1))).toEqual(new Set([one, two]))
  expect((await central.reasons()).at(-1)).toContain('AC-2 投入 back in use')
})

it('[JC3] what the master orders is on record with its reason and confirmed by the unit; a master that leaves suspends, a plan is renewed', async () => {
  const central = await new Central().up()
  const two = central.unit(1)
  await central.engage()
  await central.pass(15)
  const order = (unit: string, what: string): void =>
    central.plant.event(central.id, {
      type: 'event',
      name: 'sequence.order',
      data: { unit, order: what, cause: 'below-band', headerPressure: 6.51, limit: 6.6 },
    })
  order(two, 'start')
  order(central.unit(2), 'start')
  order(two, 'explode')
  await central.pass(2)
  const reason = '母管压力 6.51 bar 低于 6.60 bar，启动 header below band: start'
  expect((await central.reasons()).slice(1)).toEqual([`start pending ${reason}`])
  central.set(two, { runState: 'STARTING' })
  await central.pass(2)
  expect((await central.reasons()).slice(1)).toEqual([`start confirmed ${reason}`])
  order(two, 'load')
  await central.pass(62)
  expect((await central.reasons()).at(-1)).toMatch(/^load unconfirmed/)
  await central.idle(20 * 60)
  expect(central.plans).toHaveLength(2)
  expect((await central.reasons()).at(-1)).toBe('plan confirmed 计划续期 plan renewed')
  central.set(central.id, { sequencingMode: 'AUTO_LOCAL' })
  await central.pass(3)
  expect(await central.joint()).toMatchObject({ phase: 'suspended', problem: expect.stringContaining('AUTO_LOCAL') })
  expect(central.plant.effects).toContainEqual(expect.objectContaining({ kind: 'notify', topic: 'joint.suspended' }))
  expect(await central.command('m1', two, 'compressor.unload')).toMatchObject({ code: 'JOINT_CONTROL' })
  expect(await central.engage('j2')).toMatchObject({ ok: true })
  await central.pass(30)
  expect(await central.joint()).toMatchObject({ phase: 'active' })
})
