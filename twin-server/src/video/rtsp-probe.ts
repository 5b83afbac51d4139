import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

const defaultPorts: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322 }

/** Whether an RTSP server answers at this address (RFC 2326 OPTIONS; any status counts, also 401). Never throws. */
export function rtspAnswers(address: string, timeoutMs: number): Promise<boolean> {
  const url = new URL(address)
  const port = Number(url.port) || (defaultPorts[url.protocol] ?? 554)
  const host = url.hostname.replaceAll(/[[\]]/g, '')
  return new Promise((resolve) => {
    // A camera's own certificate is signed by nobody; this asks only whether it is there.
    const socket = url.protocol === 'rtsps:' ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port })
    const end = (answers: boolean): void => {
      socket.destroy()
      resolve(answers)
    }
    socket.setTimeout(timeoutMs, () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('RTSP/1.')))
    socket.write(`OPTIONS ${address} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: twin\r\n\r\n`)
  })
}
