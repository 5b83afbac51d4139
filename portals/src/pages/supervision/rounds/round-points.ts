import type { inspectionPoint, inspectionTask, RowOf } from '@twin/models/records'

export type Point = RowOf<typeof inspectionPoint>
export type Task = RowOf<typeof inspectionTask>

/** The points of one device, in the order of the route. */
export interface Stop {
  readonly device: string | null
  /** Nameplate code; '' for the station as a whole. */
  readonly code: string
  readonly title: string
  readonly scan: Point | undefined
  readonly points: readonly Point[]
}

/** Points by device; `titles` are `code name` as the server gives them. */
export function stopsOf(points: readonly Point[], titles: Readonly<Record<string, string>>, station: string): readonly Stop[] {
  return [...Map.groupBy(points, ({ device }) => device)].map(([device, own]) => {
    const title = device === null ? station : (titles[device] ?? device)
    return {
      device,
      code: device === null ? '' : (title.split(' ')[0] ?? ''),
      title,
      scan: own.find(({ kind }) => kind === 'scan'),
      points: own.filter(({ kind }) => kind !== 'scan'),
    }
  })
}

/** A scanned text as a code: labels may hold an address that ends in it. */
export const codeIn = (text: string): string => text.trim().split('/').at(-1)?.trim() ?? ''
export const isSameCode = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase()

export const isDone = (point: Point, waiting: ReadonlySet<string>): boolean => point.state === 'filled' || waiting.has(point.id)

/** What still keeps the task from being closed, by the names people know. */
export function missingOf(stops: readonly Stop[], waiting: ReadonlySet<string>, scanWord: string): readonly string[] {
  return stops.flatMap(({ code, scan, points }) => [
    ...(scan && !isDone(scan, waiting) ? [`${code} ${scanWord}`] : []),
    ...points.filter((point) => point.mandatory && !isDone(point, waiting)).map(({ name }) => `${code} ${name}`.trim()),
  ])
}
