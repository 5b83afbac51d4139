import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorld, type World } from '../http/test-world.ts'
import { createLivePort, type Modules, rightsFromRoles, startModules } from '../modules/index.ts'
import type { VirusScan } from './files.ts'

/** The API with records on a real database, for tests. */
export interface RecordWorld extends World {
  readonly modules: Modules
  /** Calls and reads JSON: `[status, body]`. */
  json(method: string, path: string, as: string, body?: unknown): Promise<readonly [number, Answer]>
}
type Values = Readonly<Record<string, unknown>>
/** What answers may hold; a part that is missing fails the expectation that looks into it. */
export interface Answer extends Values {
  readonly id: string
  readonly rows: readonly (Values & { readonly id: string })[]
  readonly row: Values & { readonly id: string; readonly version: number }
  readonly lines: readonly Values[]
  readonly error: { readonly code: string; readonly field?: string; readonly detail: Readonly<Record<string, Values>> }
  readonly transitions: readonly string[]
}

/** A role with these permissions and a person who has it alone, signed in. */
export async function addPerson(
  world: RecordWorld,
  code: string,
  permissions: readonly string[],
  role: Values = {},
  user: Values = {},
): Promise<{ id: string; role: string }> {
  const demand = (status: number, answer: Answer): void => {
    if (status !== 200) throw new Error(`${code}: ${status} ${JSON.stringify(answer.error)}`)
  }
  const [made, row] = await world.json('POST', '/api/records/role', 'admin', { code: `${code}Role`, name: code, permissions, ...role })
  demand(made, row)
  const first = `First#2026-${code}`
  const [status, body] = await world.json('POST', '/api/users', 'admin', {
    ...{ username: code, name: code, role: `${code}Role`, stations: null, password: first },
    ...user,
  })
  demand(status, body)
  await world.token(code, first)
  demand(...(await world.json('POST', '/api/me/password', code, { current: first, next: `Second#2026-${code}` })))
  return { id: body.id, role: row.id }
}

export async function startRecordWorld(scan?: VirusScan, only?: readonly string[]): Promise<RecordWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'twin-files-'))
  let modules: Modules | undefined
  const world = await startWorld(
    {},
    {
      rightsOf: rightsFromRoles,
      extend: async ({ db, security, clock, url, live }) => {
        modules = await startModules({
          db,
          databaseUrl: url,
          clock,
          security,
          allowedOrigins: [],
          log: { error: (detail, message) => world.logged.push({ detail, message }) },
          filesDir: folder,
          ...(scan ? { scan } : {}),
          ...(only ? { modules: only } : {}),
        })
        modules.connect(createLivePort({ ...live, refresh: () => undefined }))
        const made = modules
        return {
          workOf: (user) => made.workOf(user),
          grants: made.grants,
          extensions: [modules.extension],
          gate: modules.gate,
          closed: modules.closed,
        }
      },
    },
  )
  const stop = world.stop.bind(world)
  if (!modules) throw new Error('modules did not start')
  return Object.assign(world, {
    modules,
    async json(method: string, path: string, as: string, body?: unknown) {
      const response = await world.call(method, path, as, body)
      return [response.status, (await response.json()) as Answer] as const
    },
    stop: async () => {
      await modules?.stop()
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  })
}
