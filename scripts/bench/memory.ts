import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Row } from './report.ts'

const script = join(import.meta.dirname, '..', '..', 'actors', 'bench', 'memory.ts')

/** Heap and buffers per device actor that has reported everything it measures. */
export function benchMemory(counts: readonly number[]): Row[] {
  return counts.map((count) => {
    const output = execFileSync(process.execPath, ['--expose-gc', '--max-old-space-size=4096', script, String(count)], { encoding: 'utf8' })
    const [, devices = '0', each = 'NaN', bare = 'NaN'] = /^(\d+) devices, ([\d.]+) kB each, bare numbers ([\d.]+) kB/m.exec(output) ?? []
    return {
      what: `memory per device actor, ${devices} devices`,
      figure: `${each} kB`,
      baseline: `${bare} kB: the bare numbers of its points`,
      ratio: (Number(each) / Number(bare)).toFixed(1),
      target: '≤ 4 kB',
      met: Number(each) <= 4,
    }
  })
}
