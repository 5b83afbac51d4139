export { dryRun, lastLook, moveCommand, openCommands, requestCommand, takeBack, type NewRequest } from './commands.ts'
export { applyStationFact, initialStation } from './station-state.ts'
export { moved, stationDue, stepStation, watchPresence, type StationNews } from './station-actor.ts'
export { distance } from './fence.ts'
