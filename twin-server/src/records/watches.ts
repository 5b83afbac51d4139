import type { AnyService, AnyWatch } from './types.ts'

/** Services as they are with those who watch them: each record's own first, then the watches in order. */
export function watched(services: readonly AnyService[], watches: readonly AnyWatch[]): readonly AnyService[] {
  const bare = watches.filter(({ record }) => services.every((service) => service.record.name !== record.name))
  const all: readonly AnyService[] = [...services, ...new Map(bare.map(({ record }) => [record.name, { record }])).values()]
  return all.map((service) => watches.filter(({ record }) => record.name === service.record.name).reduce(withWatch, service))
}

function withWatch(service: AnyService, watch: AnyWatch): AnyService {
  return {
    ...service,
    async beforeSave(saving) {
      const own = (await service.beforeSave?.(saving)) ?? {}
      return { ...own, ...(await watch.beforeSave?.({ ...saving, after: { ...saving.after, ...own } })) }
    },
    async afterSave(saving) {
      await service.afterSave?.(saving)
      await watch.afterSave?.(saving)
    },
  }
}
