export type { Field, Fields, GeoPoint, ReferenceField, RowsField, Sensitivity, ValueOf, ValuesOf } from './field-types.ts'
export type {
  Action,
  External,
  Lifecycle,
  ModuleName,
  RecordModel,
  RecordScope,
  StandardValues,
  State,
  Transition,
  Views,
} from './record-types.ts'
export { choice, date, file, flag, geo, image, money, number, reference, rows, text, time } from './fields.ts'
export { allFields, defineRecord, snakeCase, standardFields, type RowOf } from './define.ts'
export {
  appliesIn,
  changeSchema,
  createSchema,
  emptyValue,
  fieldSchema,
  idPattern,
  inputSchema,
  isEmpty,
  isMany,
  rowSchema,
} from './schema.ts'
export { actionLabels, actions, actionsOf, defaultPermissions, ownRights, permissionOf, permissionOfWay } from './permissions.ts'
export { carriesMoney, moneyPermission, withoutMoney } from './money.ts'
export {
  type AudienceName,
  audiences,
  type ChannelName,
  channels,
  type PlatformName,
  platformNames,
  platforms,
  platformsOf,
} from './platforms.ts'
export { issueLabel } from './issue-words.ts'
export { isSearchable, queryWords, rowWords, searchWords } from './search-words.ts'
export { parseListQuery, type Filter, type ListQuery, type Parsed, type Sort } from './list-query.ts'
export { fromCell, toCell, yesNo, type CellValue } from './cells.ts'
export { externals, findRecord, moduleLabels, recordList, recordOf, records, referrersOf, type RecordTables } from './registry.ts'
export { settings, type SettingName } from './foundation/setting.ts'
export { allPermissions, permissionGroups, type PermissionGroup } from './permission-catalogue.ts'
export { familiesOf, familyLabel, logActionLabel, logActions, logFamilies } from './log-words.ts'
export { menuSeeds, type MenuSeed } from './menu-catalogue.ts'
export { helpArticle } from './foundation/help-article.ts'
export { menuEntry } from './foundation/menu-entry.ts'
export { delivery, inbox, message } from './foundation/message.ts'
export { permittedHost } from './foundation/permitted-host.ts'
export { region } from './foundation/region.ts'
export { role } from './foundation/role.ts'
export { setting } from './foundation/setting.ts'
export { storedFile } from './foundation/stored-file.ts'
export { term } from './foundation/term.ts'
export { inspectionPlan, inspectionPoint, inspectionTask } from './supervision/inspection.ts'
export { maintenanceItem, maintenancePlan, maintenanceRecord } from './supervision/maintenance.ts'
export { repair } from './supervision/repair.ts'
export { part, partMovement, partStock } from './supervision/part.ts'
export { partIssue, partReceipt, partScrap } from './supervision/part-documents.ts'
export { videoCamera, videoRecording } from './supervision/video.ts'
export { device } from './supervision/device.ts'
export { station } from './supervision/station.ts'
export { warehouse } from './supervision/warehouse.ts'
export { installationCost } from './supervision/installation-cost.ts'
export { tariff } from './supervision/tariff.ts'
export { gasContract } from './investment/gas-contract.ts'
export { investment } from './investment/investment.ts'
export { investor } from './investment/investor.ts'
export { type AccountName, ledgerEntry, posting, stationIncome } from './investment/ledger.ts'
export { withdrawal } from './investment/withdrawal.ts'
export { customerRequest } from './service/customer-request.ts'
export { gasOrder, stationOffer } from './investment/station-offer.ts'
export { stationCharge, stationStaff } from './investment/station-staff.ts'
export { facility, facilityEvent, facilitySteps } from './service/facility.ts'
export { stationChange } from './supervision/station-change.ts'
export { workOrder } from './service/work-order.ts'
export { asset, assetMovement, assetStock, unitStock } from './supervision/asset.ts'
export { assetScrap, lease, rentLine, sale } from './supervision/asset-contracts.ts'
export { installation, purchase, stockIn, stockOut, stocktake } from './supervision/asset-documents.ts'
export { mandatoryUnits, unitTypes, type UnitType } from './supervision/asset-words.ts'
