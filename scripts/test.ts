/**
 * `npm test`: installs the servers that tests talk to where it may (Debian as root), then type check, lint, format, and all
 * tests. Ends with the line `N passed, N failed`. Arguments go to vitest: `npm test -- models`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { portalsAreStale, rememberPortals } from './portals-stamp.ts'

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules', '.bin', name)
const results = join(root, 'test-results')
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

/** Debian package → a file that shows it is there. */
const servers = {
  mosquitto: '/usr/sbin/mosquitto',
  chromium: '/usr/bin/chromium',
  'redis-server': '/usr/bin/redis-server',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto',
  // A camera to look through: takes streams in, and serves one.
  ffmpeg: '/usr/bin/ffmpeg',
  'python3-gi': '/usr/lib/python3/dist-packages/gi',
  'gir1.2-gst-rtsp-server-1.0': '/usr/share/doc/gir1.2-gst-rtsp-server-1.0',
  'gstreamer1.0-plugins-base': '/usr/share/doc/gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good': '/usr/share/doc/gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-ugly': '/usr/share/doc/gstreamer1.0-plugins-ugly',
}
const missing = Object.entries(servers).filter(([, file]) => !existsSync(file))
if (missing.length > 0) {
  const names = missing.map(([name]) => name)
  const debianRoot = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0
  if (debianRoot) {
    console.log(`Installing ${names.join(', ')} …`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { stdio: ['ignore', 'ignore', 'inherit'], env })
  } else console.log(`Not installed here: ${names.join(', ')}. Tests that need them report themselves skipped.`)
}

let passed = 0
let failed = 0
let skipped = 0

/** What one check said, printed at once when all are done, so that they can run beside each other. */
async function check(name: string, command: string, args: string[], cwd = root): Promise<boolean> {
  const started = Date.now()
  let said = ''
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
  const ok = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      said += error.message
      resolve(false)
    })
    child.once('close', (code) => resolve(code === 0))
  })
  if (ok) passed++
  else failed++
  console.log(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  if (!ok) console.log(said)
  return ok
}

const only = process.argv.slice(2)
async function buildPortals(): Promise<void> {
  if (!portalsAreStale(root)) return
  const vite = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn']
  if (await check('portals build', process.execPath, vite, join(root, 'portals'))) rememberPortals(root)
}
await Promise.all([
  ...(only.length === 0
    ? [
        check('type check', bin('tsc'), ['--noEmit']),
        check('lint', bin('oxlint'), ['--type-aware', '--deny-warnings']),
        check('format', bin('oxfmt'), ['--check', '.']),
      ]
    : []),
  buildPortals(),
])

const report = join(results, 'vitest.json')
const vitest = spawnSync(bin('vitest'), ['run', ...only], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TWIN_TEST_RESULTS: results, TWIN_DATA: process.env.TWIN_DATA ?? join(root, '..', 'shared', 'data') },
})
if (existsSync(report)) {
  const summary = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numFailedTestSuites: number
  }
  passed += summary.numPassedTests
  failed += summary.numFailedTests
  skipped += summary.numPendingTests
  // A file that breaks before its tests has no failed test of its own.
  if (vitest.status !== 0 && summary.numFailedTests === 0) failed++
} else failed++
// A test that needed its second try is not hidden by it.
const flaky = join(results, 'flaky.txt')
const retried = existsSync(flaky) ? readFileSync(flaky, 'utf8').split('\n').filter(Boolean) : []
for (const line of retried) console.log(`flaky: ${line}`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 ? 1 : 0)
