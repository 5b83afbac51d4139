import { alarmTexts } from './alarms.ts'
import { assetTexts } from './assets.ts'
import { commandTexts } from './commands.ts'
import { commonTexts } from './common.ts'
import { controlTexts } from './control.ts'
import { helpTexts } from './help.ts'
import { energyTexts } from './energy.ts'
import { analysisTexts } from './analysis.ts'
import { energyMoneyTexts } from './energy-money.ts'
import { maintenanceTexts } from './maintenance.ts'
import { overviewTexts } from './overview.ts'
import { recordTexts } from '../../records/record-texts.ts'
import { serviceTexts } from './service.ts'
import { sessionTexts } from './session.ts'
import { stationTexts } from './station.ts'
import { systemTexts } from './system.ts'
import { videoTexts } from './video.ts'
import { clusterTexts } from './cluster.ts'
import { standbyTexts } from './standby.ts'
import { availabilityTexts } from './availability.ts'
import { backupTexts } from './backup.ts'

/** Every text people see: key → [Chinese, English]. */
export const texts = {
  ...commonTexts,
  ...sessionTexts,
  ...overviewTexts,
  ...stationTexts,
  ...alarmTexts,
  ...commandTexts,
  ...controlTexts,
  ...energyTexts,
  ...energyMoneyTexts,
  ...analysisTexts,
  ...systemTexts,
  ...helpTexts,
  ...clusterTexts,
  ...standbyTexts,
  ...availabilityTexts,
  ...backupTexts,
  ...videoTexts,
  ...maintenanceTexts,
  ...assetTexts,
  ...serviceTexts,
  ...recordTexts,
} as const
