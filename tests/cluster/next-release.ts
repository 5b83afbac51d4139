import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
export const nextVersion = '9.9.9-next'

/** The server as a later release: another version, and a migration that adds to the schema, as releases do. Answers its entry. */
export function makeNextRelease(dir: string): string {
  const at = (...parts: string[]): string => join(dir, ...parts)
  mkdirSync(at('twin-server'), { recursive: true })
  for (const shared of ['node_modules', 'models', 'actors', 'portals', 'docs', 'loadtest', 'scripts'])
    symlinkSync(join(root, shared), at(shared))
  symlinkSync(join(root, 'twin-server', 'node_modules'), at('twin-server', 'node_modules'))
  cpSync(join(root, 'twin-server', 'package.json'), at('twin-server', 'package.json'))
  cpSync(join(root, 'twin-server', 'src'), at('twin-server', 'src'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object
  writeFileSync(at('package.json'), JSON.stringify({ ...manifest, version: nextVersion }))
  const migrations = at('twin-server', 'src', 'store', 'migrations')
  writeFileSync(
    join(migrations, '9999-next.ts'),
    `import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

export const next: Migration = {
  async up(db) {
    await runSql(db, 'alter table station add of_next_release text')
    await runSql(db, 'create table of_next_release (id int primary key)')
  },
}
`,
  )
  const index = join(migrations, 'index.ts')
  const text = readFileSync(index, 'utf8')
  const end = text.lastIndexOf('}')
  writeFileSync(index, `import { next } from './9999-next.ts'\n${text.slice(0, end)}  '9999-next': next,\n}\n`)
  return at('twin-server', 'src', 'main.ts')
}
