import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { records } from '@twin/models/records'
import { describe, expect, it } from 'vitest'
import { chooseModules } from '../twin-server/src/modules/define.ts'
import { modules } from '../twin-server/src/modules/table.ts'
import { startRecordWorld } from '../twin-server/src/records/test-records.ts'
import { closure, moduleFaults, moduleOf, root, sources } from './harness/imports.ts'

const needs = new Map(modules.map((module) => [module.name as string, module.needs as readonly string[]]))

interface Node {
  readonly path: string | null
  readonly children: readonly Node[]
}
const pathsOf = (nodes: readonly Node[]): (string | null)[] => nodes.flatMap(({ path, children }) => [path, ...pathsOf(children)])

describe('modules', () => {
  it('[P-018] reach each other through public interfaces alone, a violation is found, and each works alone: its own calls answer, the rest are 404', async () => {
    const all = ['models', 'actors', 'twin-server', 'portals', 'loadtest'].flatMap((name) =>
      [...sources(join(root, name))].map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') })),
    )
    expect(moduleFaults(all, needs)).toEqual([])
    const planted = (path: string, specifier: string): number =>
      moduleFaults([{ path, text: `import { x } from '${specifier}'\n` }], needs).length
    expect(planted('twin-server/src/modules/supervision/parts.ts', '../foundation/index.ts')).toBe(0)
    expect(planted('twin-server/src/modules/supervision/parts.ts', '../foundation/roles.ts')).toBe(1)
    expect(planted('twin-server/src/modules/supervision/parts.ts', '../service/index.ts')).toBe(1)
    expect(planted('twin-server/src/http/server.ts', '../modules/supervision/parts.ts')).toBe(1)
    expect(planted('models/src/records/service/work-order.ts', '../supervision/asset.ts')).toBe(1)
    expect(planted('portals/src/pages/system/users-page.tsx', '../supervision/alarms/alarm-table.tsx')).toBe(1)

    for (const module of modules) {
      const near = [module.name, ...module.needs]
      // Built alone: what it draws in holds no other module.
      const drawn = [...closure(`twin-server/src/modules/${module.name}/index.ts`)].filter((path) => path.startsWith('twin-server/'))
      expect(drawn.length, module.name).toBeGreaterThan(2)
      expect(drawn.flatMap((path) => moduleOf(path)?.name ?? []).filter((name) => !(near as string[]).includes(name))).toEqual([])

      const world = await startRecordWorld(undefined, near)
      try {
        const { paths } = (await world.json('GET', '/api/openapi.json', 'admin'))[1] as unknown as { paths: Record<string, object> }
        const { menu } = (await world.json('GET', '/api/menu', 'admin'))[1] as unknown as { menu: readonly Node[] }
        const shown = pathsOf(menu)
        for (const record of records) {
          const here = near.includes(record.module)
          const path = `/api/records/${record.name}`
          expect([record.name, (await world.call('GET', path, 'admin')).status]).toEqual([record.name, here ? 200 : 404])
          expect([record.name, (await world.call('GET', `/api/options/${record.name}`, 'admin')).status]).toEqual([
            record.name,
            here ? 200 : 404,
          ])
          expect([record.name, path in paths]).toEqual([record.name, here])
          if (!here) expect(shown).not.toContain(`/records/${record.name}`)
        }
        for (const other of modules.filter(({ name }) => !near.includes(name)))
          for (const path of other.api ?? []) {
            expect([path, (await world.call('GET', path)).status]).toEqual([path, 404])
            expect(Object.keys(paths).filter((one) => one.startsWith(`${path}/`))).toEqual([])
          }
        const listed = (await world.json('GET', '/api/modules', 'admin'))[1] as unknown as {
          modules: readonly { name: string; version: string; running: boolean }[]
        }
        expect(listed.modules.filter(({ running }) => running).map(({ name }) => name)).toEqual(
          modules.map(({ name }) => name).filter((name) => near.includes(name)),
        )
      } finally {
        await world.stop()
      }
    }
  }, 120_000)

  it('say why a choice of modules cannot work', () => {
    expect(chooseModules(modules, null)).toBe(modules)
    expect(chooseModules(modules, ['service']).map(({ name }) => name)).toEqual(['foundation', 'service'])
    expect(() => chooseModules(modules, ['wine'])).toThrow(/no module 'wine'/)
    const lonely = modules.map((module) => (module.name === 'service' ? { ...module, needs: ['supervision' as const] } : module))
    expect(() => chooseModules(lonely, ['service'])).toThrow(/'service' needs 'supervision'/)
  })
})
