import { sql } from 'kysely'
import { setting, type SettingName, settings as declared } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { installation, type Records } from '../../records/engine.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'

/** The first is never more than the second. */
const pairs: readonly (readonly [SettingName, SettingName])[] = [
  ['password.administratorDays', 'password.ordinaryDays'],
  ['password.ordinaryLength', 'password.administratorLength'],
]

export const settingService: AnyService = defineService({
  record: setting,
  async beforeSave({ turn, before, after }) {
    turn.bells.add('settings')
    if (after.value < after.least || after.value > after.most)
      throw new Refusal('invalid', {
        field: 'value',
        message: { zh: `须在 ${after.least} 到 ${after.most} 之间`, en: `Must be between ${after.least} and ${after.most}` },
      })
    const pair = pairs.find((each) => each.includes(after.code as SettingName))
    if (pair) {
      const [less, more] = await Promise.all(
        pair.map((code) => (code === after.code ? Promise.resolve(after.value) : settingIn(turn, code))),
      )
      if ((less ?? 0) > (more ?? 0))
        throw new Refusal('invalid', {
          field: 'value',
          message: { zh: '管理员的规则不能宽于普通用户', en: 'The rule for administrators cannot be the laxer one' },
        })
    }
    if (before && before.value !== after.value && !after.reason)
      throw new Refusal('invalid', { field: 'reason', message: { zh: '请填写修改原因', en: 'Say why it is changed' } })
  },
})

/** A number as it counts for this turn; for services, which have no settings at hand. */
export async function settingIn(turn: Turn, name: SettingName): Promise<number> {
  const row = await turn.trx
    .selectFrom('settingValue')
    .select('value')
    .where('org', '=', turn.actor.org)
    .where('code', '=', name)
    .executeTakeFirst()
  return row ? Number(row['value']) : declared[name].standard
}

export interface Settings {
  get(name: SettingName): number
  reload(): Promise<void>
}

/** Gives every declared number its row, then keeps all of them in memory. */
export async function openSettings(engine: Records, org: string): Promise<Settings> {
  await engine.run(installation(org), async (turn) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('seed settings', 0))`.execute(turn.trx)
    const known = new Set(
      (await turn.trx.selectFrom('settingValue').select('code').where('org', '=', org).execute()).map((row) => row['code']),
    )
    for (const [code, { label, unit, standard, least, most }] of Object.entries(declared))
      if (!known.has(code))
        await engine.writer.create(turn, setting, { code, name: label.zh, nameEn: label.en, unit, standard, least, most, value: standard })
  })
  const values = new Map<string, number>()
  const settings: Settings = {
    get: (name) => values.get(name) ?? declared[name].standard,
    async reload() {
      for (const row of await engine.db.selectFrom('settingValue').select(['code', 'value']).where('org', '=', org).execute())
        values.set(String(row['code']), Number(row['value']))
    },
  }
  await settings.reload()
  return settings
}
