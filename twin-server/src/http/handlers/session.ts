import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { tokenOf } from '../../security/index.ts'
import { userRefusal } from './users.ts'

type Part = { readonly ok: boolean; readonly detail: string }

export function sessionHandlers({
  security,
  clock,
  config,
  runtime,
  store,
  health,
  phase,
  overload,
  spool,
}: HttpParts): Pick<Handlers, 'me' | 'changePassword' | 'health' | 'ready' | 'overload'> {
  return {
    me: async ({ principal }) => ({
      id: principal.id,
      username: principal.username,
      name: principal.name,
      role: principal.role,
      kind: principal.kind,
      permissions: [...principal.permissions],
      stations: principal.stations === null ? null : [...principal.stations],
      mustChangePassword: principal.mustChangePassword,
      serverTime: Math.trunc(clock.now()),
      demo: config.demo,
    }),
    changePassword: async ({ principal, person, body, headers, note }) => {
      const verdict = await security.confirm(principal, body.current)
      if (verdict === 'locked') refuse('locked')
      if (verdict === 'wrong')
        refuse('invalid', { field: 'current', message: { zh: '当前密码不正确', en: 'The present password is wrong' } })
      if (body.current === body.next)
        refuse('invalid', { field: 'next', message: { zh: '新密码不能与旧密码相同', en: 'Choose a different password' } })
      const actor = { id: principal.id, name: principal.username, from: person.from }
      const result = await security.users.setOwnPassword(principal.id, body.next, tokenOf(headers), actor)
      if (!result.ok) userRefusal(result, 'next')
      note({ written: true })
      return { ok: true }
    },
    ready: async () => {
      const now = phase?.() ?? 'ready'
      if (now !== 'ready')
        refuse('unavailable', {
          code: now,
          message: { zh: '本节点暂不接受新的请求', en: 'This node takes no new requests now' },
          retryAfter: 1,
        })
      return { ready: true }
    },
    overload: async () => {
      const { reasons, since } = overload?.state() ?? { reasons: [], since: null }
      const kept = spool?.()
      return {
        reasons: [...reasons],
        since,
        spool: kept ? { messages: kept.messages, bytes: kept.bytes, oldest: kept.oldest, dropped: kept.dropped } : null,
      }
    },
    health: async () => {
      const parts: Record<string, Part> = {
        database: await alive(() => store.db.selectNoFrom((sql) => sql.lit(1).as('one')).execute()),
        runtime: runtimePart(),
      }
      const further = Object.entries(health ?? {}).map(async ([name, check]) => [name, await within(check())] as const)
      for (const [name, part] of await Promise.all(further)) parts[name] = part
      return { ok: Object.values(parts).every((part) => part.ok), at: Math.trunc(clock.now()), parts }
    },
  }

  function runtimePart(): Part {
    const { stations, devices, quarantined, pending } = runtime.metrics()
    return {
      ok: quarantined.length === 0,
      detail: `${stations} stations, ${devices} devices, ${pending} pending, ${quarantined.length} quarantined`,
    }
  }
}

const alive = (ask: () => Promise<unknown>): Promise<Part> => within(ask().then(() => ({ ok: true, detail: 'answers' })))

/** Whoever asks how we are must get an answer, also when a part gives none. */
async function within(asked: Promise<Part>): Promise<Part> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Part>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: 'no answer within 2 s' }), 2000)
  })
  const part = await Promise.race([asked.catch(() => ({ ok: false, detail: 'does not answer' })), late])
  clearTimeout(timer)
  return part
}
