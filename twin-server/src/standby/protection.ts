import { setTimeout as delay } from 'node:timers/promises'
import { openKysely, type Sql } from '../store/index.ts'
import { type Sending, sending, waitForStandby } from './site-database.ts'

export interface Protection extends Sending {
  readonly policy: 'go-on' | 'wait'
  /** Commits wait for the standby. */
  readonly waits: boolean
  /** Every acknowledged change is on both sites. */
  readonly protected: boolean
}
export interface ProtectionOptions {
  readonly sql: Sql
  readonly policy: 'go-on' | 'wait'
  readonly graceMs: number
  /** The first time and each change, until it was noted. */
  readonly onChange: (state: Protection) => Promise<boolean>
  readonly onTrouble: (error: unknown) => void
}

const LOOK_MS = 1000
/** A standby further behind first catches up: commits would wait for all of it. */
const NEAR_BYTES = 16 << 20

/**
 * Makes commits wait for the standby as soon as it has caught up. When it stays away longer than the grace, the policy decides: `go-on`
 * serves without protection until it is back, `wait` acknowledges nothing.
 */
export async function watchProtection(options: ProtectionOptions, show: (state: Protection) => void, signal: AbortSignal): Promise<void> {
  const { sql, policy, graceMs } = options
  let heard = performance.now()
  let told: boolean | null = null
  const db = openKysely(sql)
  while (!signal.aborted) {
    try {
      const standby = await sending(db)
      const [setting] = await sql<{ on: boolean }[]>`select current_setting('synchronous_standby_names') <> '' as on`
      let waits = setting?.on ?? false
      if (standby.connected) heard = performance.now()
      if (!waits && standby.connected && (standby.behindBytes ?? Infinity) < NEAR_BYTES) {
        await waitForStandby(sql, true)
        waits = true
      }
      const alone = waits && policy === 'go-on' && performance.now() - heard > graceMs
      // With `wait` nothing is acknowledged while the standby is away, so nothing can be missing there.
      const state: Protection = {
        ...standby,
        policy,
        waits: waits && !alone,
        protected: waits && !alone && (standby.synchronous || told !== false),
      }
      show(state)
      // Said before it is so: a site that dies meanwhile must not be taken for one that never acknowledged alone.
      if (told !== state.protected && (await options.onChange(state))) told = state.protected
      if (alone) await waitForStandby(sql, false)
    } catch (error) {
      options.onTrouble(error)
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}
