import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { committedView, devicePoints } from '../view.ts'

export function liveHandlers({
  runtime,
  clock,
  store,
}: HttpParts): Pick<Handlers, 'stationLive' | 'deviceLive' | 'stationAt' | 'stateHash'> {
  return {
    stationLive: ({ params }) => committedView(runtime, params.station),
    deviceLive: async ({ params }) => {
      const station = runtime.stationOf(params.device) ?? refuse('not-found')
      const device = station.devices.find(({ id }) => id === params.device) ?? refuse('not-found')
      const view = await committedView(runtime, station.id)
      const { missing } = view.station
      return {
        device: device.id,
        station: station.id,
        kind: device.kind,
        link: view.devices[device.id]?.link.state ?? 'never',
        at: Math.trunc(view.at),
        points: devicePoints(device, view),
        // Totals stand on the station's own device; they say whose share is missing.
        partial: device.id === station.id && missing.length > 0 ? { missing: [...missing] } : null,
      }
    },
    stateHash: async ({ params }) => {
      await runtime.settle()
      return { hash: runtime.stateHash(params.station) ?? refuse('not-found') }
    },
    stationAt: async ({ params, query }) => {
      const config = runtime.station(params.station) ?? refuse('not-found')
      if (query.t > clock.now()) refuse('invalid', { field: 't', message: { zh: '时间不能晚于现在', en: 'The time lies in the future' } })
      return (await store.viewAt(config, query.t)) ?? refuse('not-found')
    },
  }
}
