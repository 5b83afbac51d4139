import type { ModuleName } from '@twin/models/records'
import type { Hono } from 'hono'
import { ConfigError } from '../config.ts'
import type { Records } from '../records/engine.ts'
import type { HttpToolsParts } from '../records/http-tools.ts'
import type { AnyService, AnyWatch } from '../records/types.ts'
import type { LivePort } from './live-port.ts'
import type { OutboxWork } from './outbox-work.ts'
import type { PeriodicWork } from './periodic.ts'

/**
 * A part of the business that an installation may have or not. Other modules reach it through the `index.ts` of its folder alone, and
 * only where they name it in `needs`. Its records are those declared under its name.
 */
export interface Module {
  readonly name: ModuleName
  /** Semantic version of what it offers to others. */
  readonly version: string
  readonly needs: readonly ModuleName[]
  /** What its records have beyond their declarations. */
  readonly services: readonly AnyService[]
  /** What it has to say when records of the modules it needs are written. */
  readonly watches?: readonly AnyWatch[]
  /** What follows after a commit, by the kind that a turn emitted. At least once: each work stands being repeated. */
  readonly outbox?: Readonly<Record<string, OutboxWork>>
  /** What time does to its records. */
  readonly periodic?: readonly PeriodicWork[]
  /** Beginnings of addresses that are its own, beside those of its records. */
  readonly api?: readonly string[]
  /** Routes beyond those of its records, and their OpenAPI paths. */
  readonly mount?: (app: Hono, records: Records, live: LivePort, tools: HttpToolsParts) => void
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/**
 * The modules by these names, in the order of the table; the foundation is always among them. Throws, in a sentence for whoever set them,
 * for a name that is none and for one whose needs are not met.
 */
export function chooseModules(table: readonly Module[], names: readonly string[] | null): readonly Module[] {
  if (names === null) return table
  const wanted = new Set([...names, 'foundation'])
  const stray = [...wanted].find((name) => table.every((module) => module.name !== name))
  if (stray !== undefined)
    throw new ConfigError(`TWIN_MODULES: there is no module '${stray}', choose from ${table.map(({ name }) => name).join(', ')}.`)
  const chosen = table.filter(({ name }) => wanted.has(name))
  for (const { name, needs } of chosen) {
    const missing = needs.filter((need) => !wanted.has(need))
    if (missing.length > 0) throw new ConfigError(`TWIN_MODULES: module '${name}' needs '${missing.join("', '")}'.`)
  }
  return chosen
}

const within = (path: string, beginning: string): boolean => path === beginning || path.startsWith(`${beginning}/`)

/** Whether an address belongs to a module that this installation does not have. */
export function closedTo(
  table: readonly Module[],
  chosen: readonly Module[],
  records: readonly { readonly name: string; readonly module: ModuleName }[],
): (path: string) => boolean {
  const absent = table.filter((module) => !chosen.includes(module))
  const names = new Set(absent.map(({ name }) => name))
  const beginnings = [
    ...absent.flatMap(({ api = [] }) => api),
    ...records
      .filter(({ module }) => names.has(module))
      .flatMap(({ name }) => [`/api/records/${name}`, `/api/options/${name}`, `/records/${name}`]),
  ]
  return (path) => beginnings.some((beginning) => within(path, beginning))
}
