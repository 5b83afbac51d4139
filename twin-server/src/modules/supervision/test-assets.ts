import { expect } from 'vitest'
import type { Answer, RecordWorld } from '../../records/test-records.ts'

type Result = readonly [number, Answer]
/** What clerks (operator) and managers (engineer) do with assets, for tests. */
export interface Desk {
  get(path: string): Promise<Answer>
  create(record: string, body: object): Promise<Result>
  act(record: string, id: string, name: string, as?: string, input?: object): Promise<Result>
  /** A document drafted, submitted and approved: the answer to the approval, and its id. */
  decide(record: string, body: object): Promise<readonly [Result, string]>
  /** The same, expected to go through; its id. */
  approved(record: string, body: object): Promise<string>
  /** A stock document made and posted: the answer to the posting. */
  post(record: string, body: object): Promise<Result>
  asset(id: string): Promise<Answer['row']>
  unitsOf(station: string): Promise<Answer['rows']>
  /** Ids by serial number. */
  named(...serials: readonly string[]): Promise<string[]>
}

export function openDesk(world: RecordWorld): Desk {
  const get = async (path: string): Promise<Answer> => (await world.json('GET', `/api/records/${path}`, 'operator'))[1]
  const create = (record: string, body: object) => world.json('POST', `/api/records/${record}`, 'operator', body)
  const act: Desk['act'] = (record, id, name, as = 'operator', input) =>
    world.json('POST', `/api/records/${record}/${id}/${name}`, as, input ? { input } : {})
  const decide: Desk['decide'] = async (record, body) => {
    const [made, row] = await create(record, body)
    expect([made, row.error]).toEqual([200, undefined])
    const [submitted, said] = await act(record, row.id, 'submit')
    expect([submitted, said.error]).toEqual([200, undefined])
    return [await act(record, row.id, 'approve', 'engineer'), row.id]
  }
  return {
    get,
    create,
    act,
    decide,
    async approved(record, body) {
      const [[status, said], id] = await decide(record, body)
      expect([status, said.error]).toEqual([200, undefined])
      return id
    },
    async post(record, body) {
      const [made, row] = await create(record, body)
      return made === 200 ? act(record, row.id, 'post') : [made, row]
    },
    asset: async (id) => (await get(`asset/${id}`)).row,
    unitsOf: async (station) => (await get(`asset?parent=${station}&size=200`)).rows,
    async named(...serials) {
      const rows = (await get(`asset?serial=${serials.join(',')}&size=200`)).rows
      return serials.map((serial) => rows.find((row) => row['serial'] === serial)?.id ?? '')
    },
  }
}

export const plate = (serial: string, model: string) => ({
  serial,
  model,
  ratedPower: 37,
  ratedFlow: 6.5,
  ratedPressure: 8,
  supplier: '甲厂',
  price: 12_000_000,
})
const six = ['compressor', 'dryer', 'receiver', 'power', 'cooling', 'monitoring'] as const
/** Purchase of a packaged station with its six components; serial numbers are the station's with `-1` to `-6`. */
export const smartPurchase = (serial: string, model = 'ZH-37') => ({
  ...plate(serial, model),
  kind: 'smartStation',
  components: six.map((unitType, i) => ({
    unitType,
    model: `${model}-${unitType}`,
    serial: `${serial}-${i + 1}`,
    price: 2_000_000,
    ...(unitType === 'compressor' ? { ratedPower: 37, ratedFlow: 6.5, ratedPressure: 8 } : {}),
  })),
})
/** Purchase of a central station: two compressors and a dryer in the first lot, one more compressor in the second. */
export const centralPurchase = (serial: string, model = 'JZ-250') => ({
  ...plate(serial, model),
  kind: 'centralStation',
  price: 10_000_000,
  lots: [
    {
      lot: '1',
      supplier: '甲厂',
      unitType: 'compressor',
      model: `${model}-C`,
      ratedPower: 250,
      ratedFlow: 45,
      quantity: 3,
      price: 7_000_000,
    },
    { lot: '1', supplier: '甲厂', unitType: 'dryer', model: `${model}-D`, quantity: 1, price: 1_000_000 },
    {
      lot: '2',
      supplier: '乙厂',
      unitType: 'compressor',
      model: `${model}-C`,
      ratedPower: 250,
      ratedFlow: 45,
      quantity: 1,
      price: 2_000_000,
    },
  ],
})
