import { wgs84ToGcj02 } from '@twin/models/units'
import { deviceCondition, stationCondition } from '@twin/models/alarms'
import { findKind } from '@twin/models/kinds'
import { groupOf, jointCandidates, ratedFlowOf, type StationConfig } from '@twin/models/stations'
import { inScope } from '../../security/index.ts'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { committedView } from '../view.ts'
import { openRegions } from './region-levels.ts'
import { checkRegion, checkStation } from './station-rules.ts'
import type { StationChanges } from './station-change.ts'

type Names = 'stations' | 'station' | 'composition' | 'saveStation' | 'setEnergyQuota'

export function stationHandlers({ runtime, store }: HttpParts, { inTurn, put, change }: StationChanges): Pick<Handlers, Names> {
  return {
    stations: async ({ principal, query }) => {
      const regions = query.region === undefined ? null : await openRegions(store.db)
      const text = query.text?.trim().toLowerCase() ?? ''
      const stations = runtime
        .stations()
        .filter((config) => config.org === principal.org && inScope(principal, config.id))
        .filter((config) => query.kind === undefined || config.kind === query.kind)
        .filter((config) => regions === null || regions.within(config.region, query.region ?? ''))
        .filter(
          (config) =>
            text === '' || [config.name, config.nameEn, config.code, config.address].some((word) => word.toLowerCase().includes(text)),
        )
        .flatMap((config) => runtime.summary(config.id) ?? [])
        .filter((summary) => query.state === undefined || summary.state === query.state)
        .map((summary) => ({ ...summary, gcj02: summary.position && wgs84ToGcj02(summary.position) }))
      return { stations, unplaced: stations.filter(({ position }) => position === null).length }
    },
    station: async ({ params }) => runtime.station(params.station) ?? refuse('not-found'),
    composition: async ({ params }) => {
      const config = runtime.station(params.station) ?? refuse('not-found')
      const { devices: states } = await committedView(runtime, config.id)
      const children = config.devices.flatMap((device) => {
        const [kind, state] = [findKind(device.kind), states[device.id]]
        if (device.id === config.id || !kind || !state) return []
        const { id, code, name } = device
        return [
          {
            device: id,
            code,
            name,
            kind: kind.kind,
            group: groupOf(device),
            condition: deviceCondition(kind, state),
            link: state.link.state,
          },
        ]
      })
      const joint = config.kind === 'centralStation' ? jointCandidates(config).map(({ id }) => id) : []
      return {
        station: config.id,
        condition: stationCondition(config, states),
        ratedFlow: runtime.summary(config.id)?.ratedFlow ?? ratedFlowOf(config),
        joint,
        children,
      }
    },
    saveStation: ({ principal, params, body, note }) =>
      inTurn(params.station, async () => {
        const present = runtime.station(params.station)
        const config: StationConfig = { ...body, org: principal.org }
        checkStation(config, params.station, runtime, present)
        if (present?.region !== config.region) await checkRegion(store.db, config.region)
        await put(config)
        note({ before: present ?? null, after: config })
        return { ok: true as const }
      }),
    setEnergyQuota: async ({ params, body, note }) => {
      await change(params.station, note, () => ({ energyQuota: body.kwh }))
      return { ok: true }
    },
  }
}
