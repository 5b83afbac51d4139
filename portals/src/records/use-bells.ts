import { operations } from '@twin/models/api'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

/** Keeps open pages true: when a record changes anywhere, what shows it asks again. */
export function useBells(): void {
  const client = useQueryClient()
  useEffect(() => {
    const source = new EventSource('/api/events')
    source.addEventListener('open', () => {
      // What rang while there was no line was not heard.
      void client.invalidateQueries()
    })
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const name = data.replace('record:', '')
      const keys = name.startsWith('live:') ? [operations.station.path, operations.stations.path] : [name]
      for (const key of keys) void client.invalidateQueries({ queryKey: [key] })
    })
    return () => source.close()
  }, [client])
}
