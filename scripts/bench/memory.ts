import { join } from 'node:path'
import { outputOf, type Row, step } from './report.ts'

const script = join(import.meta.dirname, '..', '..', 'actors', 'bench', 'memory.ts')

/** Heap and buffers per device actor that has reported everything it measures. */
export async function benchMemory(counts: readonly number[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const count of counts) {
    step(`${count} devices in memory`)
    const stdout = await outputOf(script, [String(count)], ['--expose-gc', '--max-old-space-size=4096'])
    const [, devices = '0', each = 'NaN', bare = 'NaN'] = /^(\d+) devices, ([\d.]+) kB each, bare numbers ([\d.]+) kB/m.exec(stdout) ?? []
    rows.push({
      what: `memory per device actor, ${devices} devices`,
      figure: `${each} kB`,
      baseline: `${bare} kB: the bare numbers of its points`,
      ratio: (Number(each) / Number(bare)).toFixed(1),
      target: '≤ 4 kB',
      met: Number(each) <= 4,
    })
  }
  return rows
}
