import { useQuery } from '@tanstack/react-query'
import { send } from '../../../api/index.ts'

export interface CameraRow {
  readonly id: string
  readonly name: string
  readonly station: string
  readonly status: 'unknown' | 'online' | 'offline'
  readonly statusSince: number | null
}
export interface RecordingRow {
  readonly id: string
  readonly camera: string
  readonly reason: 'control' | 'alarm' | 'manual'
  readonly source: string | null
  readonly begins: number
  readonly status: 'recording' | 'ready' | 'failed'
  readonly seconds: number | null
  readonly detail: string | null
}

/** Cameras in one's scope, of one station or of all. Cached under the record's name, so that its bell refreshes them. */
export function useCameras(station: string | undefined) {
  return useQuery<readonly CameraRow[]>({
    queryKey: ['videoCamera', 'pictures', station ?? ''],
    queryFn: async ({ signal }) => {
      const address = `/api/records/videoCamera?size=500&sort=name${station ? `&station=${encodeURIComponent(station)}` : ''}`
      return ((await send('get', address, undefined, signal)) as { rows: readonly CameraRow[] }).rows
    },
  })
}

export function useRecordings(camera: string) {
  return useQuery<readonly RecordingRow[]>({
    queryKey: ['videoRecording', 'pictures', camera],
    queryFn: async ({ signal }) =>
      (
        (await send('get', `/api/records/videoRecording?size=20&sort=-begins&camera=${camera}`, undefined, signal)) as {
          rows: readonly RecordingRow[]
        }
      ).rows,
  })
}

/** Whether the server can take streams in: version of its engine, or null. */
export function useVideoEngine() {
  return useQuery<{ readonly engine: string | null }>({
    queryKey: ['video', 'engine'],
    queryFn: async ({ signal }) => (await send('get', '/api/video', undefined, signal)) as { engine: string | null },
    staleTime: 300_000,
  })
}
