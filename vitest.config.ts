import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{models,actors,twin-server,portals,loadtest,scripts}/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['twin-server/src/testing/global-postgres.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Real servers, devices and browsers on two shared cores: once more where nobody watches. The report names what needed it.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
