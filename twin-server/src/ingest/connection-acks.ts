import type { Duplex } from 'node:stream'
import { pubacks } from './deferred-acks.ts'

/**
 * PUBACKs of a connection to the embedded broker. Those of a commit go out in one write, and the next packets are read once they are on
 * their way: a peer that does not take its acknowledgements is not read any more.
 */
export class ConnectionAcks {
  readonly #stream: Duplex
  #ids: number[] = []
  #sent: (() => void)[] = []

  constructor(stream: Duplex) {
    this.#stream = stream
  }

  /** `sent` is called when the acknowledgement is with the socket, at once when that is gone. */
  send(messageId: number, sent: () => void): void {
    this.#sent.push(sent)
    if (this.#ids.push(messageId) === 1) queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    const [stream, ids, sent] = [this.#stream, this.#ids, this.#sent]
    this.#ids = []
    this.#sent = []
    const release = (): void => {
      for (const done of sent) done()
    }
    if (!stream.writable || stream.write(pubacks(ids.length, (i) => ids[i] ?? 0))) return release()
    const onward = (): void => {
      stream.off('drain', onward)
      stream.off('close', onward)
      release()
    }
    stream.on('drain', onward)
    stream.on('close', onward)
  }
}
