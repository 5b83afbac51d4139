import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { FlakyReporter } from './tests/harness/flaky-reporter.ts'
import { Order } from './tests/harness/order.ts'

/** Folder of `npm test` for what it says in the end. */
const results = process.env['TWIN_TEST_RESULTS']

export default defineConfig({
  test: {
    include: ['{models,actors,twin-server,portals,loadtest,scripts}/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['twin-server/src/testing/global-postgres.ts'],
    pool: 'forks',
    // Two cores, three workers: a third of the time goes into waiting for machines, leases and recordings.
    maxWorkers: 3,
    sequence: { sequencer: Order },
    // Real servers, devices and browsers on two shared cores: once more where nobody watches. The report names what needed it.
    retry: process.env['CI'] ? 1 : 0,
    ...(results && {
      reporters: ['default', ['json', { outputFile: join(results, 'vitest.json') }], new FlakyReporter(join(results, 'flaky.txt'))],
    }),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
