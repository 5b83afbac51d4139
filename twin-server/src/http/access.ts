import type { Kysely } from 'kysely'
import type { Runtime } from '@twin/actors/runtime'
import type { Operation, OperationName } from '@twin/models/api'
import { type Principal, inScope } from '../security/index.ts'
import type { Database } from '../store/index.ts'
import { Refusal } from './api-error.ts'

/** Signed in, and may do this at all. Throws; scope comes after. */
export function checkPermission(name: OperationName, operation: Operation, principal: Principal | undefined): void {
  if (operation.permission === 'public') return
  if (!principal) throw new Refusal('not-signed-in')
  if (principal.mustChangePassword && name !== 'changePassword' && name !== 'me') throw new Refusal('must-change-password')
  if (operation.permission !== 'signed-in' && !principal.permissions.has(operation.permission)) throw new Refusal('not-permitted')
}

/** A big screen only reads, whatever its role may do. */
export function checkScreen({ kind }: Principal, method: string): void {
  if (kind === 'screen' && method.toLowerCase() !== 'get')
    throw new Refusal('not-permitted', {
      code: 'screen-reads-only',
      message: { zh: '大屏账号只能查看', en: 'A screen account only reads' },
    })
}

/** The station a request is about must exist and be the person's; both failures look alike. */
export async function checkScope(
  name: OperationName,
  params: Readonly<Record<string, string>>,
  principal: Principal,
  runtime: Runtime,
  db: Kysely<Database>,
): Promise<void> {
  const mine = (owner: { readonly id: string; readonly org: string } | undefined): boolean =>
    owner !== undefined && owner.org === principal.org && inScope(principal, owner.id)
  const { station, device, command, occurrence } = params
  if (station !== undefined) {
    // Saving may make a station that does not exist yet.
    const known = runtime.station(station) ?? (name === 'saveStation' ? { id: station, org: principal.org } : undefined)
    if (!mine(known)) throw new Refusal('not-found')
  }
  if (device !== undefined && !mine(runtime.stationOf(device))) {
    // What was taken out of service or scrapped is still somebody's: control of it is refused, not denied to exist.
    if (name === 'issueCommand' || name === 'commandCheck') {
      const kept = await db
        .selectFrom('device')
        .select(['station as id', 'org'])
        .where('id', '=', device)
        .where('state', '=', 'inactive')
        .executeTakeFirst()
      if (mine(kept))
        throw new Refusal('conflict', { code: 'out-of-service', message: { zh: '设备已停用或报废', en: 'The device is out of service' } })
    }
    throw new Refusal('not-found')
  }
  if (command !== undefined) {
    const row = await db.selectFrom('command').select(['station as id', 'org']).where('id', '=', command).executeTakeFirst()
    if (!mine(row)) throw new Refusal('not-found')
  }
  if (occurrence !== undefined) {
    const row = await db
      .selectFrom('alarm_occurrence')
      .select(['station as id', 'org'])
      .where('occurrence', '=', occurrence)
      .executeTakeFirst()
    if (!mine(row)) throw new Refusal('not-found')
  }
}

/** Stations of a list that the person may see, as a filter for rows; null = no filter beyond the organisation. */
export function scopeOf(principal: Principal, asked: readonly string[] | undefined): readonly string[] | null {
  if (principal.stations === null) return asked ?? null
  const own = principal.stations
  return asked ? asked.filter((id) => own.has(id)) : [...own]
}
