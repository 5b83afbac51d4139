import { helpArticle } from './foundation/help-article.ts'
import { menuEntry } from './foundation/menu-entry.ts'
import { delivery, inbox, message } from './foundation/message.ts'
import { permittedHost } from './foundation/permitted-host.ts'
import { region } from './foundation/region.ts'
import { role } from './foundation/role.ts'
import { setting } from './foundation/setting.ts'
import { storedFile } from './foundation/stored-file.ts'
import { term } from './foundation/term.ts'
import { asset, assetMovement, assetStock, unitStock } from './supervision/asset.ts'
import { assetScrap, lease, rentLine, sale } from './supervision/asset-contracts.ts'
import { installation, purchase, stockIn, stockOut, stocktake } from './supervision/asset-documents.ts'
import { inspectionPlan, inspectionPoint, inspectionTask } from './supervision/inspection.ts'
import { maintenanceItem, maintenancePlan, maintenanceRecord } from './supervision/maintenance.ts'
import { part, partMovement, partStock } from './supervision/part.ts'
import { partIssue, partReceipt, partScrap } from './supervision/part-documents.ts'
import { videoCamera, videoRecording } from './supervision/video.ts'
import { device } from './supervision/device.ts'
import { station } from './supervision/station.ts'
import { stationChange } from './supervision/station-change.ts'
import { installationCost } from './supervision/installation-cost.ts'
import { tariff } from './supervision/tariff.ts'
import { repair } from './supervision/repair.ts'
import { warehouse } from './supervision/warehouse.ts'
import { gasContract } from './investment/gas-contract.ts'
import { investment } from './investment/investment.ts'
import { investor } from './investment/investor.ts'
import { ledgerEntry, posting, stationIncome } from './investment/ledger.ts'
import { withdrawal } from './investment/withdrawal.ts'
import { customerRequest } from './service/customer-request.ts'
import { gasOrder, stationOffer } from './investment/station-offer.ts'
import { stationCharge, stationStaff } from './investment/station-staff.ts'
import { facility, facilityEvent } from './service/facility.ts'
import { workOrder } from './service/work-order.ts'
import type { RowOf } from './define.ts'
import type { External, ModuleName, RecordModel } from './record-types.ts'
import type { Label } from '../kinds/types.ts'

/** Every record there is, in the order of menus. A new one is declared in its module's folder and named here. */
export const recordList = [
  region,
  role,
  menuEntry,
  permittedHost,
  message,
  delivery,
  inbox,
  storedFile,
  setting,
  term,
  helpArticle,
  station,
  stationChange,
  device,
  asset,
  purchase,
  stockIn,
  stockOut,
  installation,
  assetStock,
  unitStock,
  assetMovement,
  stocktake,
  lease,
  rentLine,
  sale,
  assetScrap,
  warehouse,
  part,
  partReceipt,
  partIssue,
  partStock,
  partScrap,
  partMovement,
  inspectionPlan,
  inspectionTask,
  inspectionPoint,
  repair,
  maintenanceRecord,
  maintenancePlan,
  maintenanceItem,
  tariff,
  installationCost,
  videoCamera,
  videoRecording,
  workOrder,
  facility,
  facilityEvent,
  stationStaff,
  stationCharge,
  stationOffer,
  gasOrder,
  gasContract,
  investor,
  investment,
  stationIncome,
  withdrawal,
  posting,
  ledgerEntry,
  customerRequest,
] as const
export const records: readonly RecordModel[] = recordList

const byName = new Map(records.map((record) => [record.name, record]))
export const findRecord = (name: string): RecordModel | undefined => byName.get(name)
/** Throws for a name that is no record; use `findRecord` for words from outside. */
export function recordOf(name: string): RecordModel {
  const record = byName.get(name)
  if (!record) throw new Error(`unknown record '${name}'`)
  return record
}

/** Kept by other parts of the product, referred to by records. */
export const externals: Readonly<Record<string, External>> = {
  user: { table: 'auth_user', title: ['name'], permission: 'user:view', label: { zh: '用户', en: 'User' } },
}

/** Fields of other records that point to this one. */
export function referrersOf(
  name: string,
): readonly { readonly record: RecordModel; readonly field: string; readonly many: boolean; readonly belongs: boolean }[] {
  return records.flatMap((record) =>
    Object.entries(record.fields).flatMap(([field, declared]) =>
      declared.type === 'reference' && declared.to === name
        ? [{ record, field, many: declared.many === true, belongs: declared.belongs === true }]
        : [],
    ),
  )
}

/** Rows of every record by its table, as Kysely sees them. */
export type RecordTables = { [R in (typeof recordList)[number] as R['table']]: RowOf<R> }

export const moduleLabels: Readonly<Record<ModuleName, Label>> = {
  foundation: { zh: '基础管理', en: 'Foundation' },
  supervision: { zh: '设备监管', en: 'Equipment' },
  service: { zh: '运维服务', en: 'Service' },
  investment: { zh: '投资', en: 'Investment' },
  mall: { zh: '商城', en: 'Mall' },
  analytics: { zh: '数据分析', en: 'Analytics' },
  platform: { zh: '数据平台', en: 'Platform' },
  governance: { zh: '治理', en: 'Governance' },
}
