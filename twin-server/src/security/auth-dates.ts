import type { KyselyPlugin } from 'kysely'

/** The store hands times out as epoch ms; better-auth expects Date objects in its rows. */
export const datesForAuth: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(withDates) }),
}

function withDates(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, key.endsWith('_at') && typeof value === 'number' ? new Date(value) : value]),
  )
}
