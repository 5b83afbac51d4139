import { sql as query } from 'kysely'
import { rightsFromRoles } from '../modules/foundation/index.ts'
import { verifyPassword } from '../security/password.ts'
import { openKysely, type Sql } from '../store/index.ts'

export type Verdict =
  | { readonly ok: true; readonly id: string; readonly name: string }
  | { readonly ok: false; readonly reason: 'sign-in-failed' | 'not-permitted' | 'throttled' }

interface Account {
  readonly id: string
  readonly org: string
  readonly name: string
  readonly role: string
  readonly password: string | null
}

const FAILURES = 5
const WINDOW_MS = 15 * 60_000

/**
 * Checks who gives an order against the accounts of the database, which may be a copy that cannot be written: so failures are counted
 * here, per name, and no session begins.
 */
export class Administrators {
  readonly #failures = new Map<string, number[]>()

  async check(sql: Sql, username: string, password: string): Promise<Verdict> {
    const name = username.toLowerCase()
    const now = Date.now()
    const recent = (this.#failures.get(name) ?? []).filter((at) => at > now - WINDOW_MS)
    if (recent.length >= FAILURES) return { ok: false, reason: 'throttled' }
    const db = openKysely(sql)
    const { rows } = await query<Account>`
      select u.id, u.org, u.name, u.role, a.password from auth_user u join auth_account a on a.user_id = u.id
      where u.username = ${name} and not u.disabled and u.deleted_at is null and not u.must_change_password
        and (u.expires_at is null or u.expires_at > now())`.execute(db)
    const [user] = rows
    if (!user?.password || !(await verifyPassword(user.password, password))) {
      this.#failures.set(name, [...recent, now])
      return { ok: false, reason: 'sign-in-failed' }
    }
    this.#failures.delete(name)
    const { permissions } = await rightsFromRoles(db)({ id: user.id, org: user.org, role: user.role })
    return permissions.has('cluster:administer') ? { ok: true, id: user.id, name: user.name } : { ok: false, reason: 'not-permitted' }
  }
}
