import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

/** Keeps open pages true: when a record changes anywhere, what shows it asks again. */
export function useBells(): void {
  const client = useQueryClient()
  useEffect(() => {
    const source = new EventSource('/api/events')
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const name = data.replace('record:', '')
      void client.invalidateQueries({ queryKey: [name] })
    })
    return () => source.close()
  }, [client])
}
