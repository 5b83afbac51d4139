import mqtt from 'mqtt'
import { gasOrder, investment, type RecordModel, withdrawal } from '../../models/src/records/index.ts'
import type { StationConfig } from '../../models/src/stations/index.ts'
import { rawSql, type Sql } from '../../twin-server/src/store/connection.ts'
import type { Call } from './cookie.ts'
import { balancesByDocuments, balancesByEntries, brokenPostings } from './ledger-check.ts'

/** Where the cashier asks: another node at each attempt, as one of two people, because nobody approves his own request. */
export interface Desk {
  call(attempt: number, person: 'admin' | 'engineer'): Promise<Call>
}

interface Row {
  readonly id: string
  readonly version: number
  readonly state: string
  readonly document: string
}
type Person = 'admin' | 'engineer'
interface Move {
  /** `create`, `change`, or a transition. */
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly by?: Person
}
/** A document as a person who keeps her own list knows it. */
interface Paper {
  readonly record: RecordModel
  readonly key: string
  readonly todo: Move[]
  /** Moves that were acknowledged, in order. */
  readonly done: string[]
  row: Row | null
  /** An attempt at the next move was not answered. */
  unsure: boolean
}

const records: readonly RecordModel[] = [gasOrder, investment, withdrawal]
const OPEN = 8
const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

/**
 * A person who places and approves gas orders, takes in and pays back investments and pays out withdrawals, through any node, who repeats
 * what was not answered, and keeps her own list of what was. Income is billed by the nodes themselves, each month once.
 */
export class Cashier {
  readonly #desk: Desk
  readonly #boot: string
  readonly #papers: Paper[] = []
  #investors: string[] = []
  #station = ''
  #offer = ''
  #count = 0
  #stopped = false
  #working: Promise<void> | undefined
  /** Requests that were acknowledged; reads through another node that answered something older than what was acknowledged before. */
  done = 0
  stale = 0
  readonly problems: string[] = []

  constructor(desk: Desk, boot: string) {
    this.#desk = desk
    this.#boot = boot
  }

  /** A station with shares, a price and investors who held them all last month; the meter of its outlet has counted. */
  async open(station: StationConfig, mqttUrl: string, sql: Sql): Promise<this> {
    this.#station = station.id
    const call = await this.#desk.call(0, 'admin')
    const ok = async (method: string, path: string, body?: unknown, key?: string): Promise<Row> => {
      const answer = await call(method, path, body, 30_000, key)
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body as Row
    }
    const { row } = (await ok('GET', `/api/records/station/${station.id}`)) as unknown as { row: Row & { shareValue: number | null } }
    if ((row.shareValue ?? 0) < 1e11) await ok('PUT', `/api/records/station/${station.id}`, { version: row.version, shareValue: 1e11 })
    const users = (await ok('GET', '/api/users?text=engineer&size=50&page=1')) as unknown as { rows: { id: string; username: string }[] }
    const engineer = users.rows.find(({ username }) => username === 'engineer')?.id ?? ''
    const permissions = ['withdrawal:view', 'withdrawal:operate', 'withdrawal:approve', 'money:view']
    const role = {
      code: `till${this.#boot}`.replaceAll('-', ''),
      name: '出纳',
      nameEn: 'Till',
      scope: 'all',
      permissions,
      members: [engineer],
    }
    await ok('POST', '/api/records/role', role, `role-${this.#boot}`)
    const offer = { station: station.id, kind: 'gasSale', name: `lab ${this.#boot}`, price: 0.2, unit: 'm3', validFrom: '2020-01-01' }
    this.#offer = (await ok('POST', '/api/records/stationOffer', offer, `offer-${this.#boot}`)).id
    this.#investors = []
    for (let i = 0; i < 3; i++)
      this.#investors.push(
        (await ok('POST', '/api/records/investor', { name: `lab ${i} ${this.#boot}` }, `investor-${i}-${this.#boot}`)).id,
      )
    for (const [i, investor] of this.#investors.entries()) {
      const made = await ok(
        'POST',
        '/api/records/investment',
        { investor, station: station.id, amount: 10_000_000_00 },
        `first-${i}-${this.#boot}`,
      )
      const input = { received: 10_000_000_00, paidOn: '2020-01-01', receipt: `first-${i}-${this.#boot}` }
      await ok('POST', `/api/records/investment/${made.id}/pay`, { input })
      await ok('POST', `/api/records/investment/${made.id}/confirm`, { input: {} })
      // Holdings of today have no part in last month's income: the lab cannot wait a month.
      await sql`update investment set held_from = '2020-01-01' where id = ${made.id}`
    }
    await this.#bill(station, mqttUrl, ok)
    return this
  }

  /** What the nodes book by themselves: gas of the last two months under a contract. */
  async #bill(
    station: StationConfig,
    mqttUrl: string,
    ok: (method: string, path: string, body?: unknown, key?: string) => Promise<Row>,
  ): Promise<void> {
    const outlet = station.devices.find(({ kind }) => kind === 'outlet')?.id
    if (outlet === undefined) return
    const [year, month] = today().split('-').map(Number) as [number, number]
    const edges = [-2, -1, 0].map((back) => Date.UTC(year, month - 1 + back, 1) - 8 * 3_600_000)
    const client = await mqtt.connectAsync(mqttUrl, { protocolVersion: 4, clientId: `meter-${this.#boot}` })
    for (const [i, ts] of edges.entries()) {
      const body = { v: 1, boot: `meter-${this.#boot}`, seq: i + 1, ts, body: { p: { total: 1000 + i * 50_000 } } }
      await client.publishAsync(`tw/${station.org}/${station.id}/t/${outlet}`, JSON.stringify(body), { qos: 1 })
    }
    await client.endAsync()
    const starts = new Date((edges[0] ?? 0) + 8 * 3_600_000).toISOString().slice(0, 10)
    const contract = { station: station.id, customer: `lab ${this.#boot}`, outlet, price: 0.3, starts, ends: '2099-12-31' }
    const { id } = await ok('POST', '/api/records/gasContract', contract, `contract-${this.#boot}`)
    for (const [name, input] of [
      ['submit', {}],
      ['approve', {}],
      ['conclude', { signedOn: starts }],
    ] as const)
      await ok('POST', `/api/records/gasContract/${id}/${name}`, { input })
  }

  start(everyMs: number): void {
    this.#stopped = false
    this.#working = this.#work(everyMs)
  }
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#working
  }

  async #work(everyMs: number): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const open = this.#papers.filter(({ todo }) => todo.length > 0)
      const paper = open.length < OPEN ? this.#next() : open[n % open.length]
      if (paper) await this.#step(paper, n)
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  #next(): Paper {
    const n = this.#count++
    const key = `${this.#boot}-${n}`
    const investor = this.#investors[n % this.#investors.length] ?? ''
    const paper = (record: RecordModel, ...todo: Move[]): Paper => ({ record, key, todo, done: [], row: null, unsure: false })
    const create = (input: Move['input']): Move => ({ name: 'create', input: { ...input, note: key } })
    const made = ((): Paper => {
      if (n % 3 === 0)
        return paper(
          gasOrder,
          create({ station: this.#station, customer: 'lab', offer: this.#offer, volume: 10 + n, from: today() }),
          { name: 'change', input: { volume: 20 + n } },
          n % 2 ? { name: 'approve', input: {} } : { name: 'cancel', input: { reason: 'lab' } },
        )
      if (n % 3 === 1) {
        const amount = 1000_00 + n
        const last: Move[] =
          n % 2
            ? [
                { name: 'confirm', input: {} },
                { name: 'redeem', input: { heldTo: '2099-01-01', reason: 'lab' } },
              ]
            : [{ name: 'refuse', input: { reason: 'lab' } }]
        const pay = { name: 'pay', input: { received: amount, paidOn: today(), receipt: key } }
        return paper(investment, create({ investor, station: this.#station, amount }), pay, ...last)
      }
      const end: Move =
        n % 2
          ? { name: 'pay', input: { payout: key, paidOn: today() }, by: 'engineer' }
          : { name: 'fail', input: { reason: 'lab' }, by: 'engineer' }
      return paper(withdrawal, create({ investor, amount: 100 + (n % 7) }), { name: 'approve', input: {}, by: 'engineer' }, end)
    })()
    this.#papers.push(made)
    return made
  }

  async #step(paper: Paper, n: number): Promise<void> {
    const [move] = paper.todo
    if (!move) return
    const path = `/api/records/${paper.record.name}`
    const before = paper.row
    try {
      const call = await this.#desk.call(n, move.by ?? 'admin')
      const answer =
        move.name === 'create'
          ? await call('POST', path, move.input, 4000, paper.key)
          : move.name === 'change'
            ? await call('PUT', `${path}/${before?.id}`, { version: before?.version, ...move.input }, 4000)
            : await call('POST', `${path}/${before?.id}/${move.name}`, { version: before?.version, input: move.input }, 4000)
      if (answer.status === 200) this.#acknowledged(paper, answer.body as Row)
      else if (answer.status >= 500 || answer.status === 429) paper.unsure = true
      else if (paper.record === withdrawal && code(answer.body) === 'over-balance') paper.todo.length = 0
      else if (answer.status === 409 && paper.unsure) await this.#look(paper, n + 1)
      else {
        this.problems.push(`${paper.record.name} ${move.name}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
        paper.todo.length = 0
      }
      if (paper.row !== before) await this.#readBack(paper, n + 1)
    } catch {
      // Nobody knows whether it was taken.
      paper.unsure = true
    }
  }

  /** A repeat was refused because the attempt before it had been taken: its answer was lost, not its effect. */
  async #look(paper: Paper, n: number): Promise<void> {
    const row = await this.#read(paper, n)
    if (row && paper.row && row.version === paper.row.version + 1) this.#acknowledged(paper, row)
    else if (row && row.version !== paper.row?.version) this.problems.push(`${paper.key} jumped to version ${row.version}`)
  }
  async #read({ record, row }: Paper, n: number): Promise<Row | undefined> {
    const answer = await (await this.#desk.call(n, 'admin'))('GET', `/api/records/${record.name}/${row?.id}`, undefined, 4000)
    return answer.status === 200 ? (answer.body as { row: Row }).row : undefined
  }
  /** Through the next node: what was acknowledged is there, at once. */
  async #readBack(paper: Paper, n: number): Promise<void> {
    const acknowledged = paper.row?.version ?? 0
    const answer = await (
      await this.#desk.call(n, 'admin')
    )('GET', `/api/records/${paper.record.name}/${paper.row?.id}`, undefined, 4000).catch(() => null)
    if (answer === null || answer.status >= 500 || answer.status === 429) return
    const seen = answer.status === 200 ? (answer.body as { row: Row }).row.version : 0
    if (seen >= acknowledged) return
    this.stale++
    this.problems.push(`${paper.key}: version ${acknowledged} acknowledged, ${seen} read (${answer.status})`)
  }
  #acknowledged(paper: Paper, row: Row): void {
    const move = paper.todo.shift()
    if (row.version !== (paper.row?.version ?? 0) + 1)
      this.problems.push(`${paper.key} ${move?.name}: version ${row.version} after ${paper.row?.version}`)
    paper.row = row
    paper.done.push(move?.name ?? '')
    paper.unsure = false
    this.done++
  }

  /** Through the API: every acknowledged document with the version it had, or the next one where an answer was lost. */
  async returned(attempt: number, most = Infinity): Promise<readonly string[]> {
    const wrong: string[] = []
    const known = this.#papers.filter(({ row }) => row !== null)
    for (const paper of known.slice(Math.max(0, known.length - most))) {
      const acknowledged = paper.row
      const found = await this.#read(paper, attempt)
      // A later one may be of a step that is under way, or that nobody answered; `verify` looks at those.
      const fine =
        found &&
        acknowledged &&
        (found.version === acknowledged.version ? found.state === acknowledged.state : found.version > acknowledged.version)
      if (!fine)
        wrong.push(
          `${paper.record.name} ${paper.key}: acknowledged ${acknowledged?.version} ${acknowledged?.state}, found ${found?.version} ${found?.state}`,
        )
    }
    return wrong
  }

  /** (7) What is wrong with documents and ledger. Nobody may be at work. */
  async verify(sql: Sql): Promise<readonly string[]> {
    const wrong = [...this.problems, ...(await brokenPostings(sql))]
    for (const record of records) {
      const rows = await sql<{ id: string; key: string; state: string; version: number }[]>`
        select id, note as key, state, version from ${rawSql(record.table)} where left(note, ${this.#boot.length + 1}) = ${`${this.#boot}-`}`
      const lines = await sql<{ target: string; kind: string }[]>`
        select target, kind from audit_log where kind like ${`${record.name}.%`} and result = 'ok' and target = any(${rows.map(({ id }) => id)}::text[]) order by id`
      const paths = Map.groupBy(lines, ({ target }) => target)
      const byKey = Map.groupBy(rows, ({ key }) => key)
      for (const [key, same] of byKey) if (same.length > 1) wrong.push(`${record.name} ${key} was made ${same.length} times`)
      for (const { id, key, state, version } of rows) {
        const path = (paths.get(id) ?? []).map(({ kind }) => kind.slice(record.name.length + 1))
        if (path.length !== version || endOf(record, path) !== state)
          wrong.push(`${record.name} ${key}: ${path.join(' → ')} is no way to ${state} ${version}`)
      }
      for (const paper of this.#papers.filter((each) => each.record === record && each.row)) {
        const found = byKey.get(paper.key)?.[0]
        const path = (paths.get(found?.id ?? '') ?? []).map(({ kind }) => kind.slice(record.name.length + 1).replace(/^update$/, 'change'))
        const more = path.length - paper.done.length
        if (!found || more < 0 || more > (paper.unsure ? 1 : 0) || path.slice(0, paper.done.length).join() !== paper.done.join())
          wrong.push(`${record.name} ${paper.key}: acknowledged ${paper.done.join(' → ')}, found ${path.join(' → ')}`)
      }
    }
    const [entries, documents] = [await balancesByEntries(sql), await balancesByDocuments(sql)]
    if (JSON.stringify(entries) !== JSON.stringify(documents))
      wrong.push(`balances ${JSON.stringify(entries)}, but by the documents ${JSON.stringify(documents)}`)
    return wrong
  }
}

const code = (body: unknown): string | undefined => (body as { error?: { code?: string } } | null)?.error?.code

/** State that a path of log kinds leads to; null when it is none of the machine's. */
function endOf(record: RecordModel, path: readonly string[]): string | null {
  let state: string | null = null
  for (const [i, name] of path.entries()) {
    if (i === 0) {
      if (name !== 'create') return null
      state = record.lifecycle?.initial ?? ''
    } else if (name !== 'update') {
      const way = record.lifecycle?.transitions[name]
      if (!way?.from.includes(state ?? '') || typeof way.to !== 'string') return null
      state = way.to
    }
  }
  return state
}
