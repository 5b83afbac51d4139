import { expect, it } from 'vitest'
import { readMetrics } from './metrics.ts'

it('reads samples with labels and help, and leaves buckets out', () => {
  const text = '# HELP a_total Things.\n# TYPE a_total counter\na_total{x="1 2"} 5\nb_bucket{le="1"} 3\nb_sum 2.5\n\nbroken\n'
  expect(readMetrics(text)).toEqual([
    { name: 'a_total', labels: '{x="1 2"}', value: 5, help: 'Things.' },
    { name: 'b_sum', labels: '', value: 2.5, help: '' },
  ])
})
