import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createTestRuntime, emptyView, person, startHub } from './test-station.ts'

const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).toReversed()) await end()
})

it('[LV30] the example client of docs/protocol.md runs and follows a topic', async () => {
  const runtime = createTestRuntime([emptyView('s1', ['s1'], 2)])
  runtime.answerAtOnce = true
  const { url, people } = await startHub(runtime, cleanup)
  runtime.commit('s1', [])
  people.set('anna', person('anna'))
  const script = join(import.meta.dirname, '../../../docs/examples/live-client.ts')
  const child = spawn(process.execPath, [script, `http://${url}`, '', '', 'st:s1:f'], { env: { ...process.env, TWIN_TOKEN: 'anna' } })
  cleanup.push(async () => {
    child.kill()
    await once(child, 'exit')
  })
  let output = ''
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const lines = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('snap'))
        runtime.commit('s1', [{ device: 's1', at: 1, values: Float64Array.of(1, 2), quality: Uint8Array.of(0, 0) }])
      if (/^f s=\d+ values=2/m.test(output)) resolve()
    })
  })
  await Promise.race([lines, once(child, 'exit')])
  expect(output).toMatch(/snap s=0 values=all/)
  expect(output).toMatch(/^f s=1 values=2/m)
})
