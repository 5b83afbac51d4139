import { sql } from 'kysely'
import type { Handlers } from '../call.ts'
import { scopeOf } from '../access.ts'
import type { HttpParts } from '../parts.ts'

export function deviceHandlers(parts: HttpParts): Pick<Handlers, 'deadLetters' | 'rotateDeviceSecret'> {
  const { store, runtime, clock, deviceSecret, onSecretRotated } = parts
  return {
    deadLetters: async ({ principal, query }) => {
      const scope = scopeOf(principal, undefined)
      const found = store.db
        .selectFrom('dead_letter')
        .where('org', '=', principal.org)
        // Messages of no known station are for those who see all.
        .$if(scope !== null, (q) => q.where(sql<boolean>`station = any(${scope ?? []})`))
        .$if(query.device !== undefined, (q) => q.where('device', '=', query.device ?? ''))
        .$if(query.reason !== undefined, (q) => q.where('reason', '=', query.reason ?? ''))
      const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      const rows = await found
        .select(['id', 'device', 'station', 'topic', 'reason', 'detail', 'received'])
        .select(sql<Buffer>`substring(payload for 2000)`.as('head'))
        .select(sql<number>`length(payload)`.as('size'))
        .orderBy('received', 'desc')
        .orderBy('id', 'desc')
        .limit(query.size)
        .offset((query.page - 1) * query.size)
        .execute()
      const counts = await store.db
        .selectFrom('reject_count')
        .where('org', '=', principal.org)
        .$if(query.device !== undefined, (q) => q.where('device', '=', query.device ?? ''))
        .$if(query.reason !== undefined, (q) => q.where('reason', '=', query.reason ?? ''))
        .select(['device', 'reason', 'count', 'last_at'])
        .orderBy('count', 'desc')
        .limit(5000)
        .execute()
      return {
        total,
        rows: rows.map(({ id, head, ...row }) => ({ ...row, id: String(id), preview: preview(head) })),
        counts: counts
          .filter(({ device }) => scope === null || scope.includes(runtime.stationOf(device)?.id ?? ''))
          .slice(0, 500)
          .map(({ device, reason, count, last_at }) => ({ device, deviceName: nameOf(device), reason, count, lastAt: last_at })),
      }
    },
    rotateDeviceSecret: async ({ principal, params, note }) => {
      const { generation } = await store.db
        .insertInto('device_secret_generation')
        .values({ device: params.device, org: principal.org, generation: 2, rotated_at: Math.trunc(clock.now()) })
        .onConflict((on) =>
          on
            .column('device')
            .doUpdateSet({ generation: sql`device_secret_generation.generation + 1`, rotated_at: Math.trunc(clock.now()) }),
        )
        .returning('generation')
        .executeTakeFirstOrThrow()
      onSecretRotated?.(params.device, generation)
      note({ after: { generation } })
      return { username: params.device, secret: deviceSecret(params.device, generation) }
    },
  }

  function nameOf(device: string): string {
    return runtime.stationOf(device)?.devices.find(({ id }) => id === device)?.name ?? device
  }
}

/** Text when every byte is printable UTF-8, else hex. */
function preview(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what makes it not a text
    if (!/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/.test(text)) return text
  } catch {
    // cut inside a character, or not UTF-8 at all
  }
  return Buffer.from(bytes).toString('hex')
}
