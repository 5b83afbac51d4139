import { bandFault, dayOf, repriced, type Tariff, tiedWith } from '@twin/models/energy'
import { tariff } from '@twin/models/records'
import type { Kysely } from 'kysely'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, type AnyTables, defineService, type Turn } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'

/** All tariffs of an organisation. `db` names columns in camelCase. */
export async function readTariffs(db: Kysely<AnyTables>, org: string): Promise<Tariff[]> {
  const rows = await db
    .selectFrom('tariff')
    .select(['id', 'version', 'name', 'validFrom', 'stations', 'bands'])
    .where('org', '=', org)
    .where('deletedAt', 'is', null)
    .execute()
  return rows as unknown as Tariff[]
}

/** Those who change tariffs take turns, so that what one checked still holds when he commits. */
async function known(turn: Turn): Promise<{ readonly all: readonly Tariff[]; readonly today: string }> {
  await lockName(turn, `tariffs ${turn.actor.org}`)
  const zones = await turn.trx.selectFrom('station').select('timeZone').distinct().where('org', '=', turn.actor.org).execute()
  const days = zones.map(({ timeZone }) => dayOf(turn.now, String(timeZone)))
  return { all: await readTariffs(turn.trx, turn.actor.org), today: days.toSorted().at(-1) ?? dayOf(turn.now, 'UTC') }
}

async function refuseRepricing(turn: Turn, before: readonly Tariff[], after: readonly Tariff[], today: string): Promise<void> {
  const changed = repriced(before, after, today)
  if (!changed) return
  const row = await turn.trx.selectFrom('station').select('name').where('id', '=', changed.station).executeTakeFirst()
  const name = row ? String(row['name']) : changed.station
  throw new Refusal('conflict', {
    code: 'price-in-use',
    field: 'validFrom',
    message: {
      zh: `${name} 自 ${changed.day} 起的电价已在使用，不能改动；请新建一张从以后某日生效的电价表`,
      en: `The price of ${name} from ${changed.day} on is in use and cannot be changed; make a new table that is valid from a later day`,
    },
    detail: changed,
  })
}

export const tariffService: AnyService = defineService({
  record: tariff,
  async beforeSave({ turn, after }) {
    const fault = bandFault(after.bands)
    if (fault)
      throw new Refusal('invalid', {
        field: 'bands',
        message:
          fault.row === null ? fault.say : { zh: `第 ${fault.row + 1} 行：${fault.say.zh}`, en: `Row ${fault.row + 1}: ${fault.say.en}` },
      })
    const { all, today } = await known(turn)
    const tied = tiedWith(all, after)
    if (tied)
      throw new Refusal('conflict', {
        code: 'duplicate',
        field: 'validFrom',
        message: { zh: `“${tied.name}”在同一天对同一站点生效`, en: `"${tied.name}" begins on the same day for the same station` },
      })
    await refuseRepricing(turn, all, [...all.filter(({ id }) => id !== after.id), after], today)
  },
  async beforeRemove({ turn, row }) {
    const { all, today } = await known(turn)
    await refuseRepricing(
      turn,
      all,
      all.filter(({ id }) => id !== row.id),
      today,
    )
  },
})
