import { Refusal } from '../../http/api-error.ts'
import type { AnyDb, Turn } from '../../records/types.ts'
import type { LivePort } from '../live-port.ts'

export interface Capacity {
  /** m3/min of every compressor. */
  readonly capacity: number
  /** m3/min of those that are not out on that day. */
  readonly capacityLeft: number
  /** Compressors out on that day, by these services or by other plans. */
  readonly devices: readonly string[]
}

/** What a station can deliver on a day on which these services, and those of other plans of that day, are done. */
export async function capacityOn(
  { trx, live }: { readonly trx: AnyDb; readonly live: LivePort } | Turn,
  stationId: string,
  date: string,
  services: readonly string[],
  exceptPlan: string | null,
): Promise<Capacity> {
  const station = live.station(stationId)
  if (!station) throw new Refusal('not-found')
  const rated = new Map(
    station.devices.flatMap(({ id, kind, settings }) =>
      kind === 'compressor' && settings['enabled'] !== 0 ? [[id, settings['ratedFlow'] ?? 0] as const] : [],
    ),
  )
  const others = await trx
    .selectFrom('maintenancePlan')
    .select(['id', 'devices'])
    .where('station', '=', stationId)
    .where('plannedOn', '=', date)
    .where('state', '=', 'planned')
    .where('deletedAt', 'is', null)
    .execute()
  const own =
    services.length === 0
      ? []
      : await trx
          .selectFrom('maintenanceRecord')
          .select('device')
          .where('station', '=', stationId)
          .where('id', 'in', [...services])
          .execute()
  const out = new Set([
    ...own.map(({ device }) => String(device)),
    ...others.flatMap(({ id, devices }) => (id === exceptPlan ? [] : (devices as string[]))),
  ])
  const round = (value: number): number => Math.round(value * 100) / 100
  const sum = (ids: Iterable<string>): number => [...ids].reduce((total, id) => total + (rated.get(id) ?? 0), 0)
  const devices = [...out].filter((id) => rated.has(id))
  return { capacity: round(sum(rated.keys())), capacityLeft: round(sum(rated.keys()) - sum(devices)), devices }
}
