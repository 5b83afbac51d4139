import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { alarmActionHandlers } from './alarm-actions.ts'
import { alarmStatisticsHandlers } from './alarm-statistics.ts'
import { alarmHandlers } from './alarms.ts'
import { analysisHandlers } from './analysis.ts'
import { auditHandlers } from './audit.ts'
import { availabilityHandlers } from './availability.ts'
import { backupHandlers } from './backups.ts'
import { clusterHandlers } from './cluster.ts'
import { commandHandlers } from './commands.ts'
import { controlHandlers } from './control.ts'
import { deviceHandlers } from './devices.ts'
import { energyHandlers } from './energy.ts'
import { energyCostHandlers } from './energy-costs.ts'
import { historyHandlers } from './history.ts'
import { liveHandlers } from './live.ts'
import { positionHandlers } from './positions.ts'
import { sessionHandlers } from './session.ts'
import { standbyHandlers } from './standby.ts'
import { stationHandlers } from './stations.ts'
import { userHandlers } from './users.ts'

export function createHandlers(parts: HttpParts): Handlers {
  const { changes } = parts
  return {
    ...sessionHandlers(parts),
    ...stationHandlers(parts, changes),
    ...liveHandlers(parts),
    ...positionHandlers(parts, changes),
    ...historyHandlers(parts),
    ...energyHandlers(parts),
    ...energyCostHandlers(parts),
    ...analysisHandlers(parts),
    ...alarmHandlers(parts),
    ...alarmActionHandlers(parts),
    ...alarmStatisticsHandlers(parts),
    ...commandHandlers(parts),
    ...controlHandlers(parts),
    ...deviceHandlers(parts),
    ...auditHandlers(parts),
    ...clusterHandlers(parts),
    ...standbyHandlers(parts),
    ...availabilityHandlers(parts),
    ...backupHandlers(parts),
    ...userHandlers(parts),
  }
}
