import { initialUnit, type WorldState } from '@twin/models/physics'

/** A station on Monday morning: everything at rest, the outlets shut, some pressure left but less than customers are promised. */
export function coldWorld(world: WorldState): WorldState {
  const bar = world.minimum - 0.4
  return {
    ...world,
    bar,
    headerBar: bar,
    headerFlow: 0,
    power: 0,
    units: world.units.map((unit) => {
      const { runningHours, loadedHours, starts, loadCycles, energy } = unit.state
      const state = { ...initialUnit(30), run: 'STOPPED' as const, runningHours, loadedHours, starts, loadCycles, energy }
      return { ...unit, manual: 'none', state }
    }),
    dryers: world.dryers.map((dryer) => ({ ...dryer, run: 'STOPPED' })),
    pumps: world.pumps.map((pump) => ({ ...pump, run: 'STANDBY' })),
    tower: { ...world.tower, hertz: 0 },
    valves: world.valves.map(() => ({ open: 0, target: 0 })),
    outletFlows: world.outletFlows.map(() => 0),
    site: { ...world.site, ventilationRunning: false },
  }
}
