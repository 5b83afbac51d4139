import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Network } from './settings.ts'

/** Listens where people look for the service while it is not there: each network's HTTP address is either the server's or ours. */
export class Doors {
  readonly #make: () => Server
  readonly #open = new Map<Network, { readonly server: Server; readonly sockets: Set<Socket> }>()
  #wanted = new Set<Network>()

  constructor(make: () => Server) {
    this.#make = make
  }

  /** Leaves the places of the server at once, and takes the others as soon as they are free. */
  stand(networks: readonly Network[]): void {
    this.#wanted = new Set(networks)
    for (const [network, { server, sockets }] of this.#open) {
      if (this.#wanted.has(network)) continue
      this.#open.delete(network)
      server.close()
      for (const socket of sockets) socket.destroy()
    }
    for (const network of networks) void this.#take(network)
  }

  async #take(network: Network): Promise<void> {
    while (this.#wanted.has(network) && !this.#open.has(network)) {
      const server = this.#make()
      const sockets = new Set<Socket>()
      server.on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
      })
      const took = await new Promise<boolean>((resolve) => {
        server.once('error', () => resolve(false))
        server.listen(network.http, network.host, () => resolve(true))
      })
      if (took && this.#wanted.has(network) && !this.#open.has(network)) {
        this.#open.set(network, { server, sockets })
        return
      }
      server.close()
      // The server still has it, or the address is not on this machine just now.
      await delay(50)
    }
  }
}
