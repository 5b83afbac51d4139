import { asset, device } from '@twin/models/records'
import { type AnyService, defineService, type Turn, type Writer } from '../../records/types.ts'
import { installationService } from './asset-installations.ts'
import { lockAssets, partsOf, startMoves, takeOff } from './asset-ledger.ts'
import { leaseService } from './asset-leases.ts'
import { purchaseService } from './asset-purchases.ts'
import { rentLineService } from './asset-rents.ts'
import { saleService } from './asset-sales.ts'
import { assetScrapService } from './asset-scraps.ts'
import { stockInService, stockOutService, stocktakeService } from './asset-stock.ts'
import { type Asset, conflict, invalid } from './asset-tools.ts'

/** The live device that an asset is from now on: the one named, or the one with its serial number. It comes to life with it. */
async function joined(turn: Turn, records: Writer, row: Asset, home: string, named: string | null): Promise<string | null> {
  const found = await turn.tables
    .selectFrom('device')
    .select(['id', 'state', 'station'])
    .where('deletedAt', 'is', null)
    .where((where) =>
      named === null ? where.and([where('serial', '=', row.serial), where('station', '=', home)]) : where('id', '=', named),
    )
    .executeTakeFirst()
  if (named !== null && found?.station !== home) throw invalid('device', '该设备不在此站点', 'This device is not at that station')
  if (found?.state === 'inactive') await records.transit(turn, device, found.id, 'activate')
  return found?.id ?? null
}

const assetService = defineService({
  record: asset,
  effects: {
    async deploy({ turn, row, input, records }) {
      const locked = await lockAssets(turn, [row.id])
      if (row.device !== null && row.device !== input.device) await takeOff(turn, records, row, '设备调整')
      // A station brings its units along, each with the device of its serial number.
      for (const unit of partsOf(locked, row.id).filter(({ state }) => state === 'issued' || state === 'leased'))
        await records.patch(turn, asset, unit.id, {
          station: input.station,
          device: unit.device ?? (await joined(turn, records, unit, input.station, null)),
        })
      return { state: placed(row), station: input.station, device: await joined(turn, records, row, input.station, input.device) }
    },
    async withdraw({ turn, row, records }) {
      if (row.station === null) throw conflict('not-deployed', '未投用到站点', 'It serves at no station')
      const locked = await lockAssets(turn, [row.id])
      for (const unit of [row, ...partsOf(locked, row.id).filter(({ station }) => station === row.station)]) {
        await takeOff(turn, records, unit, '撤离站点')
        if (unit.id !== row.id) await records.patch(turn, asset, unit.id, { station: null, device: null })
      }
      return { state: placed(row), station: null, device: null }
    },
    async refresh({ turn, row, records }) {
      await move(turn, records, row, 'inRepair')
    },
    async restore({ turn, row, records }) {
      const state = row.warehouse === null ? ('issued' as const) : ('inStock' as const)
      await move(turn, records, row, state)
      return { state }
    },
  },
})
const placed = ({ state }: Asset): 'issued' | 'leased' => (state === 'leased' ? 'leased' : 'issued')
/** The figures count with the new state, so it is written before they are. */
async function move(turn: Turn, records: Writer, { id }: Asset, state: Asset['state']): Promise<void> {
  const row = (await lockAssets(turn, [id])).get(id)
  const moves = startMoves(turn, records)
  if (row) moves.touch(row, { state })
  await moves.finish('')
}

/** The life of assets: the machines, the documents that move them, the contracts over them. */
export const assetServices: readonly AnyService[] = [
  assetService,
  purchaseService,
  stockInService,
  stockOutService,
  installationService,
  stocktakeService,
  leaseService,
  rentLineService,
  saleService,
  assetScrapService,
]
