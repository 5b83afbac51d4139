import type { Module } from '../define.ts'
import { runAssets } from './asset-rents.ts'
import { assetServices } from './assets.ts'
import { runInspections } from './inspection-job.ts'
import { inspectionServices } from './inspection.ts'
import { installationCostService } from './installation-costs.ts'
import { deviceService } from './live/devices.ts'
import { stationChanged } from './live/follow.ts'
import { stationService } from './live/stations.ts'
import { runMaintenance } from './maintenance-job.ts'
import { maintenancePaths, mountMaintenance } from './maintenance-routes.ts'
import { maintenanceServices } from './maintenance.ts'
import { partServices } from './parts.ts'
import { holdByRepair, repairService } from './repair.ts'
import { tariffService } from './tariffs.ts'

/** The equipment: stations, devices, assets and their life, upkeep, parts, video, and what can be said about them. */
export const supervision: Module = {
  name: 'supervision',
  version: '1.0.0',
  needs: ['foundation'],
  services: [
    stationService,
    deviceService,
    ...partServices,
    ...assetServices,
    ...inspectionServices,
    repairService,
    ...maintenanceServices,
    tariffService,
    installationCostService,
  ],
  outbox: { 'repair.hold': holdByRepair, 'station.changed': stationChanged },
  periodic: [
    { everyMs: 10_000, run: runInspections },
    { everyMs: 15_000, run: runMaintenance },
    { everyMs: 60_000, run: runAssets },
  ],
  api: ['/api/analysis', '/api/maintenance', '/api/video'],
  mount: mountMaintenance,
  paths: maintenancePaths,
}
