import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { clusterEnvironment, readClusterSettings } from './cluster/settings.ts'
import { limitsEnvironment, readLimits } from './limits.ts'
import { poisonEnvironment } from './poison/settings.ts'

it('docs/cluster.md lists every timer and limit with its default, and nothing else', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cluster.md'), 'utf8')
  const listed = Object.fromEntries([...text.matchAll(/^\| `(TWIN_[A-Z_]+)` \| ([^ |]+) \|/gm)].map(([, name, value]) => [name, value]))
  const defaults = Object.entries({ ...clusterEnvironment.parse({}), ...poisonEnvironment.parse({}), ...limitsEnvironment.parse({}) })
  expect(listed).toEqual(Object.fromEntries(defaults.map(([name, value]) => [name, String(value)])))
})

it('settings out of range, and those that contradict each other, are named', () => {
  expect(() => readLimits({ TWIN_COMMIT_BUSY_MS: '0' })).toThrow(/TWIN_COMMIT_BUSY_MS/)
  expect(() => readLimits({ TWIN_VIEWER_PAUSE_KB: '8' })).toThrow(/TWIN_VIEWER_RESUME_KB/)
  expect(() => readClusterSettings({ TWIN_CLUSTER_SELF_FENCE_MS: '9000' })).toThrow(/TWIN_CLUSTER_SELF_FENCE_MS/)
  expect(readLimits({ TWIN_MQTT_KEEPALIVE_S: '60' }).session.keepaliveS).toBe(60)
})
