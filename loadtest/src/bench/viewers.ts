import WebSocket from 'ws'

export interface Viewers {
  readonly frames: () => number
  close(): void
}

/** One viewer per station. `token` = the product's /ws with a subscription; null = the straight-line program, station in the path. */
export async function openViewers(base: string, stations: readonly string[], token: string | null): Promise<Viewers> {
  let frames = 0
  const sockets = await Promise.all(
    stations.map(
      (station) =>
        new Promise<WebSocket>((resolve, reject) => {
          const socket =
            token === null
              ? new WebSocket(`${base}/${station}`)
              : new WebSocket(`${base}/ws`, { headers: { authorization: `Bearer ${token}` } })
          socket.on('message', () => frames++)
          socket.once('error', reject)
          socket.once('open', () => {
            if (token !== null) socket.send(JSON.stringify({ op: 'subscribe', topic: `st:${station}:f` }))
            resolve(socket)
          })
        }),
    ),
  )
  return {
    frames: () => frames,
    close: () => {
      for (const socket of sockets) socket.terminate()
    },
  }
}
