import { readFile } from 'node:fs/promises'
import type { MapConfig } from './parts.ts'

const boundaries = '/geo/boundaries.json'

/** What the overview's map is told from the configuration: its settings, and the boundaries where a deployment brings its own. */
export async function mapFile(map: MapConfig, path: string): Promise<Response | undefined> {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' }
  if (path === '/geo/map.json')
    return new Response(
      JSON.stringify({ boundaries: map.file === null ? '/geo/china.json' : boundaries, crs: map.crs, approval: map.approval }),
      { headers },
    )
  return path === boundaries && map.file !== null ? new Response(await readFile(map.file), { headers }) : undefined
}
