import { legalPath } from '@twin/models/commands'
import { defaultPolicy } from '@twin/models/stations'
import type { Effect } from '@twin/models/twin'
import { describe, expect, it } from 'vitest'
import { TestPlant, testStation } from '../memory/test-plant.ts'
import type { Reply, Request } from './types.ts'

const by = { id: 'u1', name: '操作员', from: '127.0.0.1' }
const engineer = { id: 'u2', name: '工程师', from: '127.0.0.1' }
const remote = { controlMode: 'REMOTE', remoteEnabled: true }
const running = { ...remote, runState: 'LOADED' }

async function ready(values: Record<string, string | boolean> = running, policy = { ...defaultPolicy, videoRequired: false }) {
  const plant = await new TestPlant({}, testStation({ policy })).live()
  await plant.comeUp()
  await plant.run(3, { compressor: values })
  plant.effects = []
  return plant
}

function request(plant: TestPlant, id: string, code: string, target = plant.device('compressor'), args = {}): Request {
  return { type: 'command.request', station: plant.config.id, target, id, code, args, reason: '测试', by, confirmed: true }
}

/** The stream adapter's answer where there are no cameras. */
async function noVideo(plant: TestPlant, command: string): Promise<Reply> {
  return plant.ask({ type: 'video.result', station: plant.config.id, command, ok: false, detail: 'not configured' })
}

const published = (plant: TestPlant): (Effect & { kind: 'publishCommand' })[] =>
  plant.effects.filter((effect) => effect.kind === 'publishCommand')

async function stateOf(plant: TestPlant, id: string) {
  let found
  plant.runtime.snapshot(plant.config.id, (view) => (found = view?.station.commands[id]))
  await plant.time.pass(100)
  return found as { phase: string; rejectCode: string | null; steps: { phase: 'REQUESTED' }[] } | undefined
}

describe('commands', () => {
  it('[CM1] goes from request to verified effect, is sent once and leaves a legal path', async () => {
    const plant = await ready()
    const target = plant.device('compressor')
    expect(await plant.ask(request(plant, 'c1', 'compressor.stop'))).toMatchObject({ ok: true, command: { phase: 'VALIDATED' } })
    expect(plant.effects).toContainEqual(expect.objectContaining({ kind: 'openVideo', command: 'c1' }))
    await noVideo(plant, 'c1')
    await plant.time.pass(200)
    const [sent] = published(plant)
    expect(sent?.message).toMatchObject({ id: 'c1', kind: 'compressor.stop', boot: 'boot1', n: 1 })
    plant.event(target, { type: 'ack', id: 'c1', ok: true })
    await plant.run(2, { compressor: running, [target]: { ...remote, runState: 'STOPPED' } })
    const command = await stateOf(plant, 'c1')
    expect(command?.phase).toBe('EXECUTED')
    expect(legalPath(command?.steps ?? [])).toBe(true)
    expect(published(plant)).toHaveLength(1)
  })

  it('[CM2] the same id again is the same command', async () => {
    const plant = await ready()
    await plant.ask(request(plant, 'c1', 'compressor.stop'))
    await noVideo(plant, 'c1')
    await plant.ask(request(plant, 'c1', 'compressor.stop'))
    await plant.time.pass(500)
    expect(published(plant)).toHaveLength(1)
    expect(plant.facts('command.requested')).toHaveLength(1)
  })

  it('[CM3] an occupied or unknown room refuses, and becoming occupied aborts what is not sent', async () => {
    const plant = await ready()
    await plant.run(2, { compressor: running, station: { roomOccupied: true } })
    expect(await plant.ask(request(plant, 'c1', 'compressor.stop'))).toMatchObject({ ok: false, reason: 'conflict', code: 'ROOM_OCCUPIED' })
    await plant.run(2, { compressor: running })
    await plant.ask(request(plant, 'c2', 'compressor.stop'))
    plant.report(plant.config.id, { roomOccupied: true })
    await noVideo(plant, 'c2')
    expect(await stateOf(plant, 'c2')).toMatchObject({ phase: 'ABORTED', rejectCode: 'ROOM_OCCUPIED' })
    await plant.run(2, { compressor: running })
    await plant.run(12, { compressor: running }, ['station'])
    expect(plant.runtime.summary(plant.config.id)?.presence).toBe('unknown')
    expect(await plant.ask(request(plant, 'c3', 'compressor.stop'))).toMatchObject({ ok: false, code: 'ROOM_OCCUPIED' })
    expect(published(plant)).toEqual([])
  })

  it('[CM4] what becomes forbidden between the commit and the sending is taken back unsent', async () => {
    let slow = false
    const plant = new TestPlant({}, testStation({ policy: { ...defaultPolicy, videoRequired: false } }))
    await plant.live((commit) => ({
      async commit(batch) {
        await commit.commit(batch)
        if (slow && batch.facts.some(({ fact }) => fact.kind === 'command.moved' && fact.body.phase === 'DISPATCHED'))
          await new Promise<void>((resolve) => plant.time.after(500, resolve))
      },
    }))
    await plant.comeUp()
    await plant.run(3, { compressor: running })
    slow = true
    await plant.ask(request(plant, 'c1', 'compressor.stop'))
    await noVideo(plant, 'c1')
    await plant.time.pass(50)
    plant.report(plant.config.id, { roomOccupied: true })
    await plant.time.pass(2000)
    expect(published(plant)).toEqual([])
    const command = await stateOf(plant, 'c1')
    expect(command).toMatchObject({ phase: 'ABORTED', rejectCode: 'ROOM_OCCUPIED' })
    expect(legalPath(command?.steps ?? [])).toBe(true)
  })

  it('[CM5] after a restart an armed command expires and a sent one is not sent again', async () => {
    const plant = await ready()
    await plant.ask(request(plant, 'c1', 'compressor.stop'))
    await noVideo(plant, 'c1')
    await plant.time.pass(200)
    expect(published(plant)).toHaveLength(1)
    await plant.live()
    await plant.run(20, { compressor: running })
    expect(published(plant)).toHaveLength(1)
    expect(await stateOf(plant, 'c1')).toMatchObject({ phase: 'FAILED' })
    // A second one, killed between the commit of ARMED and the sending.
    const rows = plant.store
    plant.runtime.onCommitted(() => {
      const armed = rows.facts.some(({ fact }) => fact.kind === 'command.moved' && fact.body.id === 'c2' && fact.body.phase === 'ARMED')
      if (armed) rows.owner++
    })
    await plant.run(125, { compressor: running })
    await plant.ask(request(plant, 'c2', 'compressor.stop'))
    await noVideo(plant, 'c2')
    await plant.live()
    await plant.run(15, { compressor: running })
    expect(published(plant)).toHaveLength(1)
    expect(await stateOf(plant, 'c2')).toMatchObject({ phase: 'EXPIRED' })
  })

  it('[CM6] refuses in local mode, without device and with two persons until the second has agreed', async () => {
    const plant = await ready({ controlMode: 'LOCAL', remoteEnabled: false, runState: 'LOADED' })
    expect(await plant.ask(request(plant, 'c1', 'compressor.stop'))).toMatchObject({ ok: false, reason: 'conflict', code: 'NOT_REMOTE' })
    expect(await plant.ask(request(plant, 'c2', 'compressor.fly'))).toMatchObject({ ok: false, reason: 'not-found' })
    const twoPerson = request(plant, 'c3', 'station.stop', plant.config.id, { reason: 'x' })
    expect(await plant.ask(twoPerson)).toMatchObject({ ok: true, command: { phase: 'AWAITING_APPROVAL' } })
    const approve = (person: typeof by): Promise<Reply> =>
      plant.ask({ type: 'command.approve', station: plant.config.id, id: 'c3', by: person })
    expect(await approve(by)).toMatchObject({ ok: false, reason: 'not-permitted' })
    expect(await approve(engineer)).toMatchObject({ ok: true })
    await noVideo(plant, 'c3')
    await plant.time.pass(200)
    expect(published(plant)).toHaveLength(1)
  })

  it('[CM7] video: required and missing refuses; opened for a command it stays 120 s after it', async () => {
    const plant = await ready(running, defaultPolicy)
    await plant.ask(request(plant, 'c1', 'compressor.stop'))
    await noVideo(plant, 'c1')
    expect(await stateOf(plant, 'c1')).toMatchObject({ phase: 'REJECTED', rejectCode: 'VIDEO_UNAVAILABLE' })
    await plant.run(118, { compressor: running })
    expect(plant.effects.some((effect) => effect.kind === 'closeVideo')).toBe(false)
    await plant.run(4, { compressor: running })
    expect(plant.effects.filter((effect) => effect.kind === 'closeVideo')).toHaveLength(1)
  })

  it('[CM8] an unverified effect is unverified and raises the failed-to alarm', async () => {
    const plant = await ready()
    await plant.ask(request(plant, 'c1', 'compressor.stop'))
    await noVideo(plant, 'c1')
    await plant.time.pass(200)
    plant.event(plant.device('compressor'), { type: 'ack', id: 'c1', ok: true })
    await plant.run(70, { compressor: running })
    expect(await stateOf(plant, 'c1')).toMatchObject({ phase: 'UNVERIFIED' })
    expect(plant.facts('alarm.raised').map(({ fact }) => (fact.body as { code: string }).code)).toContain('CP-025')
  })
})
