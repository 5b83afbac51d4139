import { type Kysely, sql } from 'kysely'

/** Runs a script statement by statement: the driver prepares what it is given, so one string may hold only one. `$$` bodies stay whole. */
export async function runSql<T>(db: Kysely<T>, script: string): Promise<void> {
  const parts = script.split('$$')
  let statement = ''
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 1) {
      statement += `$$${part}$$`
      continue
    }
    const pieces = part.split(/;[ \t]*(?:\n|$)/)
    for (const [j, piece] of pieces.entries()) {
      statement += piece
      if (j === pieces.length - 1) continue
      if (statement.trim()) await sql.raw(statement).execute(db)
      statement = ''
    }
  }
  if (statement.trim()) await sql.raw(statement).execute(db)
}
