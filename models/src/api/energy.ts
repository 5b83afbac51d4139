import { z } from 'zod'
import { defineOperation } from './define.ts'
import { energyCostPeriod, range } from './schemas.ts'

const station = z.object({ station: z.string() })
const time = z.number().int()
const component = z.object({
  device: z.string(),
  name: z.string(),
  kind: z.string(),
  wh: z.number().int().nullable(),
  kwh: z.number().nullable(),
})
const main = z.object({ device: z.string(), point: z.string(), name: z.string(), wh: z.number().int(), kwh: z.number() })

/** Money of energy: what a station's electricity cost, and who it is allocated to. Periods are whole local days of the station. */
export const energyOperations = {
  energyCosts: defineOperation({
    method: 'get',
    path: '/api/stations/:station/energy/costs',
    tag: 'energy',
    summary: { zh: '分项电量与峰平谷电费', en: 'Energy per component and cost per tariff band' },
    permission: 'station:view',
    params: station,
    query: z.object({ ...range, by: z.enum(['day', 'month']).default('day') }),
    result: z.object({
      from: time,
      to: time,
      main,
      /** Machines with a counter of their own. */
      components: z.array(component),
      /** Main meter less components; negative where they counted more than it. */
      unmetered: z.object({ wh: z.number().int(), kwh: z.number() }),
      total: energyCostPeriod,
      periods: z.array(energyCostPeriod),
      flaggedHours: z.number().int(),
    }),
  }),
  energyAllocation: defineOperation({
    method: 'get',
    path: '/api/stations/:station/energy/allocation',
    tag: 'energy',
    summary: { zh: '按用气量分摊电量', en: 'Electricity allocated to outlets by metered gas' },
    permission: 'station:view',
    params: station,
    query: z.object(range),
    result: z.object({
      from: time,
      to: time,
      main,
      /** Fen of the main meter; null without a tariff. */
      cost: z.number().int().nullable(),
      litres: z.number().int(),
      outlets: z.array(
        z.object({
          device: z.string(),
          name: z.string(),
          customer: z.string().nullable(),
          /** The gas it was allocated by; the counter's readings stand beside it. */
          litres: z.number().int(),
          m3: z.number(),
          readings: z.array(z.object({ at: time, value: z.number() })),
          wh: z.number().int(),
          kwh: z.number(),
          cost: z.number().int().nullable(),
        }),
      ),
      unallocated: z.object({ wh: z.number().int(), kwh: z.number(), cost: z.number().int().nullable() }),
      /** Best first; units that made no air stand last, without a rank. */
      units: z.array(
        z.object({
          device: z.string(),
          name: z.string(),
          rank: z.number().int().nullable(),
          /** kW per m3/min: mean power over mean delivered flow of the same hours. */
          specificPower: z.number().nullable(),
          power: z.number().nullable(),
          flow: z.number().nullable(),
          hours: z.number().int(),
        }),
      ),
    }),
  }),
}
