/** Root of a site: its page and orders, its database, and the full server as a child while this site serves. */
import { pino } from 'pino'
import { createDesk } from './desk.ts'
import { Doors } from './doors.ts'
import { PeerLink } from './peer-link.ts'
import { ServerChild } from './server-child.ts'
import { readSiteSettings } from './settings.ts'
import { Site } from './site.ts'

const log = pino({ level: process.env['TWIN_LOG'] ?? 'warn', base: null })
let stopping = false
let stop: () => Promise<void> = () => Promise.resolve()

async function end(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  await stop().catch((error: unknown) => log.error({ err: error }, 'the site did not stop in order'))
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0))
if (process.send) process.on('disconnect', () => void end(0))

try {
  const settings = readSiteSettings(process.env)
  const peer = new PeerLink(settings.authSecret, settings.peerUrl)
  const flags = process.execArgv
  const server = new ServerChild(process.env, flags, (code) => log.error({ code }, 'the server ended and is started again'))
  const site: Site = new Site({ settings, peer, server, log, onPlace: () => doors.stand(closedPlaces()), onFatal: () => void end(1) })
  const makeServer = createDesk({ site, settings, peer })
  const doors = new Doors(makeServer)
  const closedPlaces = () => settings.networks.filter((network) => site.role !== 'serving' || network !== site.network)
  const desk = makeServer()
  await new Promise<void>((resolve, reject) => {
    desk.once('error', reject)
    desk.listen(settings.desk.port, settings.desk.host, resolve)
  })
  stop = async () => {
    doors.stand([])
    desk.close()
    desk.closeAllConnections()
    await site.stop()
  }
  await site.start()
} catch (error) {
  log.fatal({ err: error }, 'the site did not start')
  console.error(error instanceof Error ? error.message : String(error))
  await end(1)
}
