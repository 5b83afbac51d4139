import type { AnyService } from '../records/types.ts'
import type { OutboxWork } from './outbox-work.ts'
import type { PeriodicWork } from './periodic.ts'
import { menuService } from './foundation/menu.ts'
import { inboxService, messageService } from './foundation/messages.ts'
import { regionService } from './foundation/regions.ts'
import { roleService } from './foundation/roles.ts'
import { settingService } from './foundation/settings.ts'
import { runAssets } from './supervision/asset-rents.ts'
import { assetServices } from './supervision/assets.ts'
import { runInspections } from './supervision/inspection-job.ts'
import { inspectionServices } from './supervision/inspection.ts'
import { runMaintenance } from './supervision/maintenance-job.ts'
import { maintenanceServices } from './supervision/maintenance.ts'
import { deviceService } from './supervision/live/devices.ts'
import { stationChanged } from './supervision/live/follow.ts'
import { stationService } from './supervision/live/stations.ts'
import { partServices } from './supervision/parts.ts'
import { holdByRepair, repairService } from './supervision/repair.ts'
import { installationCostService } from './supervision/installation-costs.ts'
import { tariffService } from './supervision/tariffs.ts'
import { workOrderService } from './service/work-orders.ts'

/** What records have beyond their declarations. */
export const services: readonly AnyService[] = [
  regionService,
  roleService,
  menuService,
  messageService,
  inboxService,
  settingService,
  stationService,
  deviceService,
  ...partServices,
  ...assetServices,
  ...inspectionServices,
  repairService,
  ...maintenanceServices,
  tariffService,
  installationCostService,
  workOrderService,
]

/** What follows after a commit, by the kind that a turn emitted. At least once: each work stands being repeated. */
export const outboxWork: Readonly<Record<string, OutboxWork>> = {
  'repair.hold': holdByRepair,
  'station.changed': stationChanged,
}

/** What time does to records. */
export const periodicWork: readonly PeriodicWork[] = [
  { everyMs: 10_000, run: runInspections },
  { everyMs: 15_000, run: runMaintenance },
  { everyMs: 60_000, run: runAssets },
]
