import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Which set the archive of a database goes on with; beside its data, so that no copy of the data takes it along. */
const place = (home: string): string => join(home, 'backup-set')

export function currentSet(home: string): string | null {
  return existsSync(place(home)) ? readFileSync(place(home), 'utf8').trim() : null
}

/** null: the next backup begins another one. */
export function keepSet(home: string, set: string | null): void {
  if (set === null) rmSync(place(home), { force: true })
  else writeFileSync(place(home), `${set}\n`)
}
