import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that wait for machines, leases and recordings most of their time, the longest first. */
const waiting = [
  'tests/acceptance/control.test.ts',
  'tests/cluster/barriers.test.ts',
  'tests/acceptance/video.test.ts',
  'tests/acceptance/module-control.test.ts',
  'tests/e2e/operator.test.ts',
  'tests/cluster/poison.test.ts',
  'tests/cluster/cluster.test.ts',
  'tests/cluster/fence.test.ts',
  'tests/acceptance/escalation.test.ts',
  'tests/kill.test.ts',
]
/** Long ones that keep a core busy, the longest first; what is named nowhere comes after them. */
const busy = ['forms', 'every-page', 'master-data', 'platforms', 'monitor', 'where', 'first-use', 'tracking', 'maintenance', 'assets'].map(
  (name) => `tests/acceptance/${name}.test.ts`,
)

/** One that waits beside two that work, so that the cores are never idle and never fought for; the short ones fill up the end. */
export class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = (list: readonly string[]): number => list.findIndex((path) => moduleId.endsWith(`/${path}`))
      const [idle, work] = [at(waiting), at(busy)]
      if (idle >= 0) return idle * 3
      if (work >= 0) return Math.floor(work / 2) * 3 + 1 + (work % 2)
      // Browsers and processes take longer than what runs in one.
      return moduleId.includes('/tests/') ? 1000 : 2000
    }
    // Stable: by what the last run took, or by size.
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
