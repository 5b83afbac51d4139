import { type Kysely, sql } from 'kysely'
import type { AuthDatabase } from './tables.ts'

/** Rows that every server keeps in memory and any of them may change. */
export const keptRows = ['roles', 'menu', 'settings', 'stations'] as const
export type KeptRows = (typeof keptRows)[number]

type Marks = Readonly<Record<KeptRows, string>>
interface Answer {
  readonly marks: Marks
  /** Of sessions that exist: changes with the session and with its user. */
  readonly sessions: Sessions
}

type Sessions = ReadonlyMap<string, string>
interface Question {
  readonly tokens: Set<string>
  readonly answer: Promise<Sessions>
}

/** How long a request waits for the database to say whether what is kept still holds, ms. */
const PATIENCE_MS = 5000

/**
 * With several servers over one database: before a request is answered it is made sure that nothing kept in memory is older than what was
 * acknowledged anywhere before the request came. Messages between servers are quicker, but may be lost; what a person is no longer
 * allowed must not depend on them. One short question for all requests that come while another is under way, never one begun before.
 */
export class Freshness {
  readonly #db: Kysely<AuthDatabase>
  readonly #renewals = new Map<KeptRows, (() => Promise<void> | void)[]>()
  #known: Partial<Record<KeptRows, string>> = {}
  #running: Promise<unknown> | undefined
  #next: Question | undefined

  constructor(db: Kysely<AuthDatabase>) {
    this.#db = db
  }

  /** Called, and awaited, when such rows are no longer what they were when they were read. */
  renew(rows: KeptRows, work: () => Promise<void> | void): void {
    this.#renewals.set(rows, [...(this.#renewals.get(rows) ?? []), work])
  }

  /** The mark of the session as it is now; undefined = there is none. Throws when the database does not answer: then nobody is let in. */
  async check(token: string): Promise<string | undefined> {
    this.#next ??= this.#ask()
    this.#next.tokens.add(token)
    const { answer } = this.#next
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(Object.assign(new Error('the database does not answer'), { code: 'CONNECT_TIMEOUT' })), PATIENCE_MS)
    })
    try {
      return (await Promise.race([answer, late])).get(token)
    } finally {
      clearTimeout(timer)
    }
  }

  #ask(): Question {
    const tokens = new Set<string>()
    const answer = (async () => {
      await this.#running?.catch(() => undefined)
      this.#next = undefined
      const asked = this.#read([...tokens])
      this.#running = asked
      const { marks, sessions } = await asked
      await this.#compare(marks)
      return sessions
    })()
    answer.catch(() => undefined)
    return { tokens, answer }
  }

  async #compare(marks: Marks): Promise<void> {
    for (const rows of keptRows) {
      const mark = marks[rows]
      if (this.#known[rows] === mark) continue
      for (const work of this.#renewals.get(rows) ?? []) await work()
      this.#known = { ...this.#known, [rows]: mark }
    }
  }

  /** The transaction that wrote a row version is in the version itself: no column has to be kept for it. */
  async #read(tokens: readonly string[]): Promise<Answer> {
    const mark = (table: string, where = sql`true`) =>
      sql<string>`(select coalesce(sum(hashtextextended(id || ' ' || xmin::text, 0)), 0)::text from ${sql.table(table)} where ${where})`
    // Stations are many: those written of late; older ones the servers read anyway.
    const late = sql`updated_at > now() - interval '30 seconds'`
    const { rows } = await sql<Marks & { readonly token: string | null; readonly mark: string | null }>`
      select g.*, s.token, s.xmin::text || ' ' || row(u.name, u.role, u.kind, u.stations, u.disabled, u.must_change_password, u.expires_at,
        u.password_set_at)::text as mark from (select ${mark('access_role')} as roles, ${mark('menu_entry')} as menu,
        ${mark('setting_value')} as settings, ${mark('station', late)} as stations) g
      left join (auth_session s join auth_user u on u.id = s.user_id) on s.token = any(${tokens}::text[])`.execute(this.#db)
    const [{ roles, menu, settings, stations } = { roles: '', menu: '', settings: '', stations: '' }] = rows
    return {
      marks: { roles, menu, settings, stations },
      sessions: new Map(rows.flatMap(({ token, mark: own }) => (token !== null && own !== null ? [[token, own] as const] : []))),
    }
  }
}
