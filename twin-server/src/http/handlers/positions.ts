import { wgs84ToGcj02 } from '@twin/models/units'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { ask } from '../reply.ts'
import { committedView } from '../view.ts'
import { placeAllowed } from './station-rules.ts'
import type { StationChanges } from './station-change.ts'

const dayMs = 86_400_000
const maxTrack = 20_000
type Names = 'setFence' | 'moveSite' | 'setOutline' | 'placeUnit' | 'position' | 'correctPosition'

export function positionHandlers({ runtime, store, clock }: HttpParts, { change }: StationChanges): Pick<Handlers, Names> {
  return {
    setFence: async ({ params, body, note }) => {
      await change(params.station, note, () => ({ fenceRadius: body.radius }))
      return { ok: true }
    },
    moveSite: async ({ params, body, note }) => {
      await change(params.station, note, () => ({ position: body }))
      return { ok: true }
    },
    setOutline: async ({ params, body, note }) => {
      await change(params.station, note, () => ({ outline: body.outline }))
      return { ok: true }
    },
    placeUnit: async ({ params, body, note }) => {
      const station = runtime.stationOf(params.device) ?? refuse('not-found')
      await change(station.id, note, (config) => ({
        devices: config.devices.map((device) => {
          if (device.id !== params.device) return device
          if (!placeAllowed(config, device, body.position))
            refuse('invalid', { field: 'position', message: { zh: '设备位置在厂区轮廓之外', en: 'Outside the plant outline' } })
          return { ...device, placement: body }
        }),
      }))
      const before = station.devices.find(({ id }) => id === params.device)?.placement
      note({ target: params.device, before: { placement: before }, after: { placement: body } })
      return { ok: true }
    },
    position: async ({ params, query }) => {
      const station = runtime.stationOf(params.device) ?? refuse('not-found')
      const view = await committedView(runtime, station.id)
      const current = view.devices[params.device]?.position ?? null
      const to = query.to ?? clock.now() + 1
      const track = await store.db
        .selectFrom('position_track')
        .select(['lat', 'lng', 'at', 'source', 'accuracy', 'by'])
        .where('device', '=', params.device)
        .where('at', '>=', query.from ?? to - dayMs)
        .where('at', '<', to)
        .orderBy('at', 'desc')
        .limit(maxTrack)
        .execute()
      return { current: current && { ...current }, gcj02: current && wgs84ToGcj02(current), track: track.toReversed() }
    },
    correctPosition: async ({ params, body, person, note }) => {
      const station = runtime.stationOf(params.device) ?? refuse('not-found')
      const before = (await committedView(runtime, station.id)).devices[params.device]?.position ?? null
      const position = { ...body, at: Math.trunc(clock.now()), source: 'manual' as const, accuracy: null, by: person.name }
      note({ before, after: position })
      await ask(runtime, { type: 'position.correct', station: station.id, device: params.device, position })
      return { ok: true }
    },
  }
}
