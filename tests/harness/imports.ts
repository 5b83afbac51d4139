import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

/** TypeScript files below a folder. */
export function* sources(dir: string): Generator<string> {
  for (const entry of readdirSync(dir)) {
    if (['node_modules', 'dist', '.data'].includes(entry)) continue
    const path = join(dir, entry)
    if (statSync(path).isDirectory()) yield* sources(path)
    else if (/\.tsx?$/.test(entry)) yield path
  }
}
/** What a text imports, as it says it. */
export const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s*'([^']+)'/g)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  )

/** Folders of modules: what stands in one is reached from beside it through its `index.ts` alone. */
const moduleFolders = ['twin-server/src/modules', 'models/src/records', 'portals/src/pages']
/** Module of a file, by the folder right below one of those. */
export function moduleOf(path: string): { readonly name: string; readonly rest: string } | undefined {
  const home = moduleFolders.find((folder) => path.startsWith(`${folder}/`))
  const [name, ...rest] = home === undefined ? [] : path.slice(home.length + 1).split('/')
  return name === undefined || rest.length === 0 ? undefined : { name, rest: rest.join('/') }
}
export interface Source {
  /** From the root. */
  readonly path: string
  readonly text: string
}
/** Imports that reach into a module past its public interface, or that a server module makes without naming the other in its needs. */
export function moduleFaults(all: readonly Source[], needs: ReadonlyMap<string, readonly string[]>): string[] {
  return all.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .flatMap((specifier) => {
        const target = relative(root, resolve(root, dirname(path), specifier))
        const [from, to] = [moduleOf(path), moduleOf(target)]
        if (!to || from?.name === to.name) return []
        // The table of records and the routes name what modules have; tests may look inside.
        if (!from && !target.startsWith('twin-server/src/modules')) return []
        if (path.endsWith('.test.ts')) return []
        const server = target.startsWith('twin-server/src/modules')
        const unnamed = server && from !== undefined && !needs.get(from.name)?.includes(to.name)
        return to.rest !== 'index.ts' || unnamed ? [`${path} → ${specifier}`] : []
      }),
  )
}
/** Everything that a file draws in when it runs, from the root. */
export function closure(start: string): Set<string> {
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path) || !existsSync(join(root, path))) return
    seen.add(path)
    const text = readFileSync(join(root, path), 'utf8').replaceAll(/(?:import|export) type[^;\n]*\n/g, '\n')
    for (const specifier of importsOf(text)) if (specifier.startsWith('.')) visit(relative(root, resolve(root, dirname(path), specifier)))
  }
  visit(start)
  return seen
}
