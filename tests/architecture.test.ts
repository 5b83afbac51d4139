import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, root, sources } from './harness/imports.ts'

const packages = ['models', 'actors', 'twin-server', 'portals', 'loadtest'] as const
const allowed: Record<string, readonly string[]> = {
  models: [],
  actors: ['models'],
  'twin-server': ['models', 'actors'],
  portals: ['models'],
  loadtest: ['models'],
}
const folderOf: Record<string, string> = {
  '@twin/models': 'models',
  '@twin/actors': 'actors',
  '@twin/server': 'twin-server',
  '@twin/portals': 'portals',
  '@twin/loadtest': 'loadtest',
}

const files = packages.flatMap((name) => [...sources(join(root, name))].map((path) => ({ name, path, text: readFileSync(path, 'utf8') })))

describe('architecture', () => {
  it('keeps the direction of dependencies between packages', () => {
    const wrong: string[] = []
    for (const { name, path, text } of files)
      for (const specifier of importsOf(text)) {
        const target = specifier.startsWith('.')
          ? relative(root, resolve(dirname(path), specifier)).split('/')[0]
          : folderOf[specifier.split('/').slice(0, 2).join('/')]
        const test = path.endsWith('.test.ts') && name === 'loadtest'
        if (
          target &&
          target !== name &&
          packages.includes(target as (typeof packages)[number]) &&
          !allowed[name]?.includes(target) &&
          !test
        )
          wrong.push(`${relative(root, path)} → ${specifier}`)
      }
    expect(wrong).toEqual([])
  })

  it('has no import cycles', () => {
    const graph = new Map(
      files.map(({ path, text }) => [
        path,
        importsOf(text.replaceAll(/import type[^;\n]*\n/g, '\n'))
          .filter((s) => s.startsWith('.'))
          .map((s) => resolve(dirname(path), s)),
      ]),
    )
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (path: string, trail: string[]): void => {
      if (state.get(path) === 'done') return
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].map((p) => relative(root, p)).join(' → '))
        return
      }
      state.set(path, 'open')
      for (const next of graph.get(path) ?? []) if (graph.has(next)) visit(next, [...trail, path])
      state.set(path, 'done')
    }
    for (const path of graph.keys()) visit(path, [])
    expect(cycles).toEqual([])
  })

  it('holds no path of a machine, no registry host, no unfinished work', () => {
    const wrong: string[] = []
    const odd = /TODO|FIXME|registry\.npmjs|\/(?:home|root|work)\/[a-z]|\bvi\.mock\(/
    for (const { path, text } of [
      ...files,
      ...[...sources(join(root, 'tests')), ...sources(join(root, 'scripts'))].map((path) => ({ path, text: readFileSync(path, 'utf8') })),
    ])
      for (const [index, line] of text.split('\n').entries())
        if (odd.test(line) && !path.endsWith('architecture.test.ts')) wrong.push(`${relative(root, path)}:${index + 1} ${line.trim()}`)
    expect(wrong).toEqual([])
  })
})
