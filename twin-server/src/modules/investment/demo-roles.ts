import { role } from '@twin/models/records'
import { installation, type Records } from '../../records/engine.ts'

const all = (record: string, ...actions: readonly string[]): readonly string[] => actions.map((action) => `${record}:${action}`)
const seen = (...records: readonly string[]): readonly string[] => records.map((record) => `${record}:view`)

/** Roles of the investment platform to start from: people of a station, those who handle investments, those who handle money, investors. */
const roles: Readonly<Record<string, readonly [name: string, nameEn: string, scope: 'own' | 'all', permissions: readonly string[]]>> = {
  stationManager: [
    '站长',
    'Station manager',
    'own',
    [
      ...seen('money', 'alarm', 'region', 'device', 'asset', 'stationChange', 'stationCharge', 'stationIncome'),
      ...all('station', 'view', 'administer'),
      ...all('stationStaff', 'view', 'operate'),
      ...all('stationOffer', 'view', 'operate'),
      ...all('gasOrder', 'view', 'operate', 'approve'),
      ...all('gasContract', 'view', 'operate'),
    ],
  ],
  investmentClerk: [
    '投资专员',
    'Investment clerk',
    'all',
    [
      ...seen('money', 'region', 'station', 'stationOffer', 'stationIncome', 'gasContract'),
      ...all('investor', 'view', 'operate'),
      ...all('investment', 'view', 'operate'),
    ],
  ],
  financeClerk: [
    '财务专员',
    'Finance clerk',
    'all',
    [
      ...seen('money', 'region', 'station', 'gasContract', 'gasOrder', 'stationIncome', 'posting', 'ledgerEntry', 'investor'),
      ...all('investment', 'view', 'approve'),
      ...all('withdrawal', 'view', 'operate', 'approve'),
    ],
  ],
  // No `stationStaff:operate`: phones are not there for investors.
  investor: ['投资人', 'Investor', 'own', seen('station', 'stationChange', 'stationStaff', 'region')],
}

/** Demo mode: makes those that are not there; what people made of them stays. */
export async function seedDemoRoles(records: Records, org: string): Promise<void> {
  if (!records.find('investment')) return
  await records.run(installation(org), async (turn) => {
    const known = await turn.trx.selectFrom('accessRole').select('code').where('org', '=', org).execute()
    for (const [code, [name, nameEn, scope, permissions]] of Object.entries(roles))
      if (known.every((row) => row['code'] !== code))
        await records.writer.create(turn, role, {
          code,
          name,
          nameEn,
          scope,
          permissions: [...permissions].toSorted(),
          regions: [],
          members: [],
        })
  })
}
