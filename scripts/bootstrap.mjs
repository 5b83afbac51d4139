// Runs on whatever Node a machine has (>= 20.19): installs what the lock file says, then hands over to the pinned Node.
// Plain JavaScript on purpose: nothing is installed yet when it starts.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [task = 'start', ...rest] = process.argv.slice(2)

const fail = (zh, en) => {
  console.error(`\n${zh}\n${en}\n`)
  process.exit(1)
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19))
  fail(
    `Node.js ${process.versions.node} 版本过低，请安装 20.19 或更新版本后再次运行。`,
    `Node.js ${process.versions.node} is too old: install 20.19 or newer and run this again.`,
  )

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const stamp = join(root, 'node_modules', '.installed')
const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const installed = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(pinned)

if (!installed()) {
  console.log('正在安装依赖（首次运行约需一分钟）… Installing dependencies (about a minute, first run only) …')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0)
    fail(
      '依赖安装失败：请检查上面的 npm 输出、网络和磁盘空间。',
      'Installing dependencies failed: see the npm output above, the network and the disk space.',
    )
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, lock)
}
if (spawnSync(pinned, ['--version']).status !== 0)
  fail('随附的 Node 无法运行：请删除 node_modules 后重试。', 'The pinned Node does not run: delete node_modules and try again.')

const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(process.platform === 'win32' ? ';' : ':')
// Own process group: Ctrl-C reaches this process alone, which asks the child once to end in order.
const child = spawn(pinned, [join(root, 'scripts', `${task}.ts`), ...rest], {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  detached: process.platform !== 'win32' && task !== 'test',
  env: { ...process.env, PATH: path },
})
const end = () => child.connected && child.send('end')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
// npm may die without passing a signal on.
const parent = process.ppid
setInterval(() => process.ppid !== parent && end(), 1000).unref()
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
