import type { StationView } from '../../models/src/live/index.ts'
import type { StationConfig } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { type Call, callerOf, cookieOf } from './cookie.ts'
import { balancesByDocuments, balancesByEntries, brokenPostings } from './ledger-check.ts'
import type { Lab, LabNode } from './lab.ts'

/** Something that is written through one node and read through another: numbers that only grow, or a word that changes to and fro. */
interface Register {
  readonly name: string
  /** Resolves when the node acknowledged it. */
  write(call: Call, n: number, node: LabNode): Promise<void>
  /** The number that was written, seen through this node. */
  read(node: LabNode, n: number): Promise<number>
}

const ok = async (call: Call, method: string, path: string, body?: unknown, key?: string): Promise<Record<string, unknown>> => {
  const answer = await call(method, path, body, 20_000, key)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
  return answer.body as Record<string, unknown>
}
const rowOf = async (call: Call, path: string): Promise<Record<string, unknown> & { version: number }> =>
  (await ok(call, 'GET', path))['row'] as Record<string, unknown> & { version: number }
/** What a kept answer would hide is told by two numbers in turn; the one that was written must be the one that counts. */
const turns = (n: number, is: boolean): number => (is === (n % 2 === 0) ? n : n - 1)

/** One register of every kind of thing that a node may keep: rows, master data, settings, menus, rights, sessions. */
export async function registersOf(lab: Lab, station: StationConfig): Promise<readonly Register[]> {
  const [first] = lab.nodes.filter(({ process }) => process.alive)
  if (!first) throw new Error('no node')
  const admin = await lab.caller(first)
  const row = async (record: string, body: object): Promise<string> =>
    String((await ok(admin, 'POST', `/api/records/${record}`, body, `register-${record}`))['id'])
  const term = await row('term', { name: '读写', nameEn: 'reads', meaning: '0', meaningEn: '0' })
  const users = (await ok(admin, 'GET', '/api/users?text=viewer&page=1&size=50'))['rows'] as { id: string; username: string }[]
  const viewer = users.find(({ username }) => username === 'viewer')?.id ?? ''
  const role = await row('role', { code: 'registers', name: '读写', nameEn: 'reads', scope: 'own', permissions: [], members: [viewer] })
  const list = async (record: string): Promise<Record<string, string>[]> =>
    (await ok(admin, 'GET', `/api/records/${record}?size=500`))['rows'] as Record<string, string>[]
  const menu = (await list('menuEntry')).find(({ api }) => api === '/api/records/warehouse')?.['id'] ?? ''
  const setting = (await list('setting')).find(({ code }) => code === 'password.ordinaryLength')?.['id'] ?? ''
  const [device] = station.devices
  const change = async (call: Call, path: string, body: object): Promise<void> => {
    await ok(call, 'PUT', path, { version: (await rowOf(call, path)).version, ...body })
  }
  let ended: { readonly cookie: string } | undefined
  return [
    {
      name: 'record',
      write: (call, n) => change(call, `/api/records/term/${term}`, { meaning: String(n) }),
      read: async (node) => Number((await rowOf(await lab.caller(node), `/api/records/term/${term}`))['meaning']),
    },
    {
      name: 'station parameter',
      write: async (call, n) => void (await ok(call, 'PUT', `/api/devices/${device?.id}/placement`, { position: [n, 0, 0], rotation: 0 })),
      async read(node) {
        const { devices } = (await ok(await lab.caller(node), 'GET', `/api/stations/${station.id}`)) as unknown as StationConfig
        return devices.find(({ id }) => id === device?.id)?.placement?.position[0] ?? 0
      },
    },
    {
      name: 'setting',
      write: (call, n) => change(call, `/api/records/setting/${setting}`, { value: n % 2 === 0 ? 8 : 9, reason: 'lab' }),
      async read(node, n) {
        const weak = { username: 'registers', name: 'x', role: 'viewer', stations: null, password: 'x' }
        const { body } = await (await lab.caller(node))('POST', '/api/users', weak)
        return turns(n, JSON.stringify(body).includes('At least 8 '))
      },
    },
    {
      name: 'menu',
      write: (call, n) => change(call, `/api/records/menuEntry/${menu}`, { concealed: n % 2 !== 0 }),
      read: async (node, n) => turns(n, (await (await lab.caller(node))('GET', '/api/records/warehouse')).status === 200),
    },
    {
      name: 'right',
      write: (call, n) => change(call, `/api/records/role/${role}`, { permissions: n % 2 === 0 ? ['posting:view'] : [] }),
      read: async (node, n) => turns(n, (await (await lab.caller(node, 'viewer'))('GET', '/api/records/posting')).status === 200),
    },
    {
      // Signed in through one node, known to another, ended through the first.
      name: 'session',
      async write(_call, _n, node) {
        const cookie = await cookieOf(node.url, 'operator', 'Operator#2026')
        for (const each of lab.nodes.filter(({ process }) => process.alive)) await ok(callerOf(each.url, cookie), 'GET', '/api/me')
        const { status } = await callerOf(node.url, cookie)('POST', '/api/auth/sign-out', {})
        if (status !== 200) throw new Error(`sign-out: ${status}`)
        ended = { cookie }
      },
      read: async (node, n) => ((await callerOf(node.url, ended?.cookie ?? '')('GET', '/api/me')).status === 401 ? n : n - 1),
    },
  ]
}
/** Writes every register through one node after the other, and reads it at once through all others. */
export async function readAfterWrites(
  lab: Lab,
  registers: readonly Register[],
  rounds: number,
): Promise<{ reads: number; stale: string[] }> {
  const stale: string[] = []
  let reads = 0
  await Promise.all(
    registers.map(async ({ name, write, read }) => {
      for (let n = 1; n <= rounds; n++) {
        const alive = lab.nodes.filter(({ process }) => process.alive)
        const writer = alive[n % alive.length]
        if (!writer) throw new Error('no node lives')
        await write(await lab.caller(writer), n, writer)
        for (const node of alive.filter((each) => each !== writer)) {
          reads++
          const seen = await read(node, n)
          if (seen < n) stale.push(`${name}: ${n} acknowledged by ${writer.name}, ${seen} read from ${node.name}`)
        }
      }
    }),
  )
  return { reads, stale }
}

/** Money at one moment: what does not hold. Through a node the sums alone, from its database everything. */
export async function moneyNow(lab: Lab, node: LabNode): Promise<readonly string[]> {
  const wrong = await lab.sql.begin(async (tx) => {
    const sql = tx as unknown as Lab['sql']
    const [broken, entries, documents] = [await brokenPostings(sql), await balancesByEntries(sql), await balancesByDocuments(sql)]
    const same = JSON.stringify(entries) === JSON.stringify(documents)
    return [...broken, ...(same ? [] : [`balances ${JSON.stringify(entries)}, documents ${JSON.stringify(documents)}`])]
  }, 'isolation level repeatable read read only')
  const sums = (await ok(await lab.caller(node), 'GET', '/api/records/ledgerEntry/statistics?by=account')) as {
    rows?: { measures: { debit: number; credit: number } }[]
  }
  const left = (sums.rows ?? []).reduce((sum, { measures }) => sum + measures.credit - measures.debit, 0)
  return left === 0 ? wrong : [...wrong, `${node.name} adds up to ${left}`]
}

/** How long until viewers on different nodes show the same new value of a device, ms; the longest of some. */
export async function slowestView(
  lab: Lab,
  station: StationConfig,
  device: string,
  send: (value: number) => Promise<void>,
  times: number,
): Promise<number> {
  const viewers = await Promise.all(lab.nodes.filter(({ process }) => process.alive).map((node) => lab.view(node, `st:${station.id}:f`)))
  let slowest = 0
  try {
    for (let i = 0; i < times; i++) {
      const value = 20 + i / 4
      await send(value)
      const began = performance.now()
      await until(
        `${value} in all views`,
        async () => viewers.every(({ held }) => shows(held?.view as StationView | undefined, device, value)),
        20,
      )
      slowest = Math.max(slowest, performance.now() - began)
    }
  } finally {
    for (const viewer of viewers) viewer.close()
  }
  return slowest
}
const shows = (view: StationView | undefined, device: string, value: number): boolean =>
  view?.slabs[view.order.indexOf(device)]?.val.includes(value) ?? false
