import { setTimeout as delay } from 'node:timers/promises'
import { nanoid } from 'nanoid'
import type { Sql } from '../store/index.ts'
import { FileCopy } from './file-copy.ts'
import type { PeerLink, Question, SiteAnswer } from './peer-link.ts'
import { type Protection, watchProtection } from './protection.ts'
import { beginRecord, type Move, settleLoss, siteRow, writeSiteRow } from './records.ts'
import { type Loss, lossOf, nothingLost } from './loss.ts'
import { type Marks, marksNow, measure } from './measure.ts'
import type { ServerChild } from './server-child.ts'
import type { Network, SiteSettings } from './settings.ts'
import {
  hasDatabase,
  isCopy,
  makeSlot,
  openSiteDatabase,
  receiving,
  type Receiving,
  replayedTo,
  type SiteDatabase,
  takeCopy,
} from './site-database.ts'
import { newSite, type Order, readSite, type SiteFile, writeSite } from './site-file.ts'

export type Role = SiteAnswer['role']
export type Step = 'stopping' | 'replaying' | 'promoting' | 'starting' | 'done'

export interface Log {
  info(detail: object, message: string): void
  warn(detail: object, message: string): void
  error(detail: object, message: string): void
}
export interface SiteParts {
  readonly settings: SiteSettings
  readonly peer: PeerLink
  readonly server: ServerChild
  readonly log: Log
  /** The service is, or is no more, at this place: whoever answers at the others has to know. */
  readonly onPlace: () => void
  /** It cannot go on as it is; started again it can. */
  readonly onFatal: (error: unknown) => void
}

/** Why an order cannot be carried out, in words for whoever gave it. */
export class OrderError extends Error {
  readonly code: string
  readonly zh: string
  constructor(code: string, zh: string, en: string) {
    super(en)
    this.code = code
    this.zh = zh
  }
}

const PEER_MS = 2000
const STOP_LIMIT_MS = 120_000

/** One site: what it is now, and how it becomes something else. */
export class Site {
  readonly #parts: SiteParts
  readonly #files: FileCopy
  #file: SiteFile
  #role: Role = 'starting'
  #db: SiteDatabase | null = null
  #work = new AbortController()
  #stopLsn: string | null = null
  #alone = false
  peer: SiteAnswer | null = null
  /** When the other site last answered; epoch ms. */
  peerAt: number | null = null
  protection: Protection | null = null
  receiving: Receiving | null = null
  copying: { readonly bytes: number; readonly totalBytes: number } | null = null
  problem: string | null = null
  step: Step | null = null
  order: Order | null = null

  constructor(parts: SiteParts) {
    this.#parts = parts
    const { settings } = parts
    this.#files = new FileCopy(settings.dataDir, parts.peer)
    this.#file =
      readSite(settings.dataDir) ??
      writeSite(settings.dataDir, newSite(settings.standbyOf !== null && !hasDatabase(settings.dataDir) ? 'standby' : 'serving'))
  }

  get role(): Role {
    return this.#role
  }
  get file(): SiteFile {
    return this.#file
  }
  get sql(): Sql | null {
    return this.#db?.sql ?? null
  }
  get network(): Network {
    const { networks } = this.#parts.settings
    return networks[this.#file.network] ?? networks[0]
  }
  /** Address of the service, wherever it is now; null: nobody knows. */
  get servedAt(): string | null {
    if (this.#role === 'serving') return this.network.url
    if (this.#role === 'moved') return this.#file.movedTo?.url ?? null
    return this.peer?.role === 'serving' ? this.peer.url : null
  }

  async start(): Promise<void> {
    if (this.#file.role === 'serving') await this.#serve()
    else if (this.#file.role === 'standby') await this.#standBy()
    else await this.#beMoved()
  }

  async stop(): Promise<void> {
    this.#work.abort()
    await this.#parts.server.stop()
    await this.#db?.stop()
  }

  /** What the other site hears; it may tell this one to stop for good. */
  async answer(asked: Exclude<Question, { ask: 'file' }>): Promise<SiteAnswer> {
    if (asked.ask === 'stop' && asked.epoch > this.#file.epoch && this.#file.role === 'serving')
      await this.#moveAway(asked.epoch, { desk: asked.desk, url: asked.url }, 'asked')
    return {
      site: this.#file.site,
      name: this.#parts.settings.name,
      role: this.#role,
      epoch: this.#file.epoch,
      claims: this.order?.kind === 'site' ? this.#file.epoch + 1 : null,
      url: this.network.url,
      stoppedAt: this.#stopLsn,
      aloneSince: this.#file.aloneSince,
    }
  }

  /** Takes an order and answers at once; it goes on by itself. Throws OrderError when it makes no sense here. */
  async give(given: Omit<Order, 'id' | 'at'>): Promise<Order> {
    if (this.order !== null) throw new OrderError('busy', '正在执行另一个切换指令', 'Another switch-over is under way')
    const order: Order = { ...given, id: nanoid(12), at: Date.now() }
    if (order.kind === 'network') {
      if (this.#role !== 'serving' || this.#parts.settings.networks.length < 2)
        throw new OrderError('no-network', '本站点没有备用网络，或未在运行', 'This site does not serve, or has no second network')
    } else {
      if (this.#role !== 'standby' || !this.#db) throw new OrderError('not-standby', '本站点不是备用站点', 'This is not a standby site')
      if (!order.force && (await this.#hear()) === null)
        throw new OrderError(
          'peer-silent',
          '原站点没有应答。请确认它已停止，然后再次下达指令',
          'The old site does not answer: make sure that it is down, then give the order again',
        )
    }
    this.order = order
    this.problem = null
    void this.#carryOut(order).catch(async (error: unknown) => {
      this.#parts.log.error({ err: error }, 'the switch-over failed')
      this.problem = error instanceof Error ? error.message : String(error)
      const stillStandby = await isCopy(this.sql)
      // Writable and not served: a start goes on where this stopped.
      if (order.kind === 'network' || !stillStandby) this.#parts.onFatal(error)
      this.order = null
      this.step = null
      this.#keep({ order: null })
    })
    return order
  }

  /** An administrator knows that the other site does not serve. */
  goAlone(): void {
    if (this.#role !== 'waiting') throw new OrderError('not-waiting', '本站点并未等待对方应答', 'This site is not waiting for the other')
    this.#alone = true
  }

  #keep(change: Partial<SiteFile>): void {
    this.#file = writeSite(this.#parts.settings.dataDir, { ...this.#file, ...change })
  }

  #become(role: Role): void {
    this.#role = role
    this.#parts.log.info({ role, epoch: this.#file.epoch }, 'the site is now')
    this.#parts.onPlace()
  }

  async #open(): Promise<SiteDatabase> {
    const trouble = (problem: string | null): void => this.#parts.log.error({ problem }, 'the embedded database ended')
    return (this.#db ??= await openSiteDatabase(this.#parts.settings, trouble))
  }

  async #hear(): Promise<SiteAnswer | null> {
    const said = await this.#parts.peer.ask({ ask: 'state' })
    this.peer = said
    if (said) this.peerAt = Date.now()
    return said
  }

  async #serve(): Promise<void> {
    const { server } = this.#parts
    const { sql, url } = await this.#open()
    const row = await siteRow(sql)
    if (row && row.epoch > this.#file.epoch)
      throw new Error(
        `The database says that site ${row.name} serves since epoch ${row.epoch}: this folder was restored without its site.json.`,
      )
    if (!(await this.#mayServe())) return
    server.start(url, this.network)
    this.#become('serving')
    // Before it is ready: its first commits may wait for a standby that is away.
    this.#watch()
    await server.ready()
    if (this.#parts.settings.peerUrl === null) await this.#tellDatabase(false)
    // An order of before a restart goes on being measured.
    for (const { id, at } of await sql<{ id: string; at: number }[]>`
      select id, ordered_at as at from switch_over where ordered_at > now() - interval '1 day'
        and (sign_in_at is null or live_at is null or order_at is null)`)
      this.#measure(id, { signIn: at, live: at, command: at, workOrder: at, gasOrder: at })
  }

  /** Asks the other site, once there has been one, whether it serves by now. */
  async #mayServe(): Promise<boolean> {
    if (!this.#file.paired || this.#parts.settings.peerUrl === null) return true
    while (!this.#work.signal.aborted) {
      const said = await this.#hear()
      if (said && this.#outdatedBy(said)) {
        await this.#moveAway(said.epoch, { desk: this.#parts.settings.peerUrl, url: said.url }, 'found')
        return false
      }
      if ((said && said.claims === null) || this.#alone) return true
      if (this.#role !== 'waiting') this.#become('waiting')
      await delay(500, undefined, { signal: this.#work.signal }).catch(() => undefined)
    }
    return false
  }

  #outdatedBy(said: SiteAnswer): boolean {
    return said.role === 'serving' && said.epoch > this.#file.epoch
  }

  async #tellDatabase(protectedNow: boolean): Promise<boolean> {
    const { name, deskUrl, policy } = this.#parts.settings
    const { site, epoch } = this.#file
    return this.#db !== null && writeSiteRow(this.#db.sql, { site, name, address: deskUrl, epoch, policy, protected: protectedNow })
  }

  #watch(): void {
    const { signal } = this.#work
    const { settings, log } = this.#parts
    const sql = this.#db?.sql
    if (settings.peerUrl === null || !sql) return
    const options = {
      sql,
      policy: settings.policy,
      graceMs: settings.graceMs,
      onTrouble: (error: unknown) => log.warn({ err: error }, 'the state of the standby could not be read'),
      onChange: async (state: Protection) => {
        if (state.connected && !this.#file.paired) this.#keep({ paired: true })
        const noted = await this.#tellDatabase(state.protected)
        if (noted && !state.protected) log.warn({}, 'not protected: what is acknowledged now is on this site alone')
        return noted
      },
    }
    void watchProtection(options, (state) => (this.protection = state), signal)
    void this.#everyLook(async () => {
      const said = await this.#hear()
      if (said && this.#outdatedBy(said) && settings.peerUrl !== null)
        await this.#moveAway(said.epoch, { desk: settings.peerUrl, url: said.url }, 'found')
      if (said?.role === 'moved' && this.#unsure !== null) {
        await settleLoss(sql, this.#unsure, said.aloneSince)
        this.#unsure = null
      }
    })
  }

  async #everyLook(look: () => Promise<void>, ms = PEER_MS): Promise<void> {
    const { signal } = this.#work
    while (!signal.aborted) {
      await look().catch((error: unknown) => this.#parts.log.warn({ err: error }, 'a look at the sites failed'))
      await delay(ms, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Record of a switch-over of which the old site knows what it acknowledged last. */
  #unsure: string | null = null

  /** For good: on disk before anything else. `asked`: every byte still goes over; `found`: another site serves already. */
  async #moveAway(epoch: number, movedTo: { readonly desk: string; readonly url: string }, how: 'asked' | 'found'): Promise<void> {
    const row = how === 'found' && this.#db ? await siteRow(this.#db.sql).catch(() => null) : null
    const aloneSince = row === null || row.protected ? null : row.since
    this.#keep({ role: 'moved', epoch, movedTo, aloneSince })
    this.#work.abort()
    this.#work = new AbortController()
    this.protection = null
    this.#become('moved')
    void this.#endService(how).catch((error: unknown) => this.#parts.log.error({ err: error }, 'the service did not end in order'))
  }

  async #endService(how: 'asked' | 'found'): Promise<void> {
    const { server } = this.#parts
    if (how === 'found') await server.kill()
    else await server.stop()
    this.#parts.onPlace()
    if (how === 'asked') await this.#lastByte()
    else {
      await this.#db?.stop()
      this.#db = null
    }
    void this.#everyLook(() => this.#untilServedThere())
  }

  async #lastByte(): Promise<void> {
    const { sql } = await this.#open()
    const [end] = await sql<{ lsn: string }[]>`select pg_current_wal_flush_lsn()::text as lsn`
    this.#stopLsn = end?.lsn ?? null
  }

  /** The database stays up for as long as the other site may still have to read from it. */
  async #untilServedThere(): Promise<void> {
    const said = await this.#hear()
    if (said?.role !== 'serving' || !this.#db) return
    const db = this.#db
    this.#db = null
    await db.stop()
  }

  async #beMoved(): Promise<void> {
    this.#become('moved')
    if ((await this.#hear())?.role !== 'serving') await this.#lastByte()
    void this.#everyLook(() => this.#untilServedThere())
  }

  async #standBy(): Promise<void> {
    const { settings, log } = this.#parts
    this.#become('standby')
    while (!hasDatabase(settings.dataDir) && !this.#work.signal.aborted) {
      if (settings.standbyOf === null) throw new Error('TWIN_STANDBY_OF is not set: say where the database of the serving site is.')
      try {
        await takeCopy(settings.dataDir, settings.standbyOf, 'follow', (progress) => (this.copying = progress))
        this.problem = null
      } catch (error) {
        log.warn({ err: error }, 'the copy could not be taken, trying again')
        this.problem = error instanceof Error ? error.message : String(error)
        await delay(2000, undefined, { signal: this.#work.signal }).catch(() => undefined)
      }
    }
    this.copying = null
    const { sql } = await this.#open()
    const state = await receiving(sql)
    // It ended between becoming writable and saying so.
    if (!state.recovering) return this.#takeOver(this.#file.order ?? unknownOrder(), await this.#silentLoss(), null)
    if (this.#file.order) this.#keep({ order: null })
    void this.#everyLook(() => this.#follow(), 1000)
    void this.#everyLook(async () => {
      await this.#hear()
      if (this.#role === 'standby') await this.#files.fetchNew(sql)
    })
  }

  #silentSince = 0
  /** Last word of the serving database; epoch ms. */
  #heardAt: number | null = null
  async #follow(): Promise<void> {
    if (!this.#db || this.#role !== 'standby') return
    this.receiving = await receiving(this.#db.sql)
    this.#heardAt = this.receiving.heardAt ?? this.#heardAt
    const row = await siteRow(this.#db.sql)
    if (row && row.epoch > this.#file.epoch) this.#keep({ epoch: row.epoch, paired: true })
    if (this.receiving.streaming) this.#silentSince = 0
    else if (this.#silentSince === 0) this.#silentSince = performance.now()
    else if (performance.now() - this.#silentSince > 5000 && this.#parts.settings.standbyOf !== null && this.order === null) {
      this.#silentSince = performance.now()
      // A serving site that came from a backup does not know its standby yet.
      await makeSlot(this.#parts.settings.standbyOf).catch(() => undefined)
    }
  }

  async #carryOut(order: Order): Promise<void> {
    if (order.kind === 'network') return this.#changeNetwork(order)
    this.#keep({ order })
    const stopped = order.force ? null : await this.#stopOther()
    const { sql } = await this.#open()
    this.step = 'replaying'
    if (stopped !== null) await replayedTo(sql, stopped.lsn)
    const unfetched = await this.#files.fetchNew(sql)
    const known = stopped === null ? await this.#silentLoss() : nothingLost
    const loss = unfetched === null ? known : { complete: false, missingFrom: unfetched, files: true }
    this.step = 'promoting'
    const [promoted] = await sql<{ done: boolean }[]>`select pg_promote(true, 120) as done`
    if (!promoted?.done) throw new Error('the database did not become writable')
    await this.#takeOver(order, loss, stopped?.at ?? null)
  }

  async #stopOther(): Promise<{ readonly lsn: string; readonly at: number }> {
    this.step = 'stopping'
    const { settings, peer } = this.#parts
    const end = performance.now() + STOP_LIMIT_MS
    while (performance.now() < end) {
      const said = await peer.ask({ ask: 'stop', epoch: this.#file.epoch + 1, desk: settings.deskUrl, url: this.network.url }, 10_000)
      if (said) this.peer = said
      if (said?.role === 'moved' && said.stoppedAt !== null) return { lsn: said.stoppedAt, at: Date.now() }
      await delay(100)
    }
    throw new Error(`原站点未能停止。 The old site did not stop within ${STOP_LIMIT_MS / 1000} s.`)
  }

  async #silentLoss(): Promise<Loss> {
    const row = this.#db && (await siteRow(this.#db.sql))
    return lossOf(row, this.#heardAt, this.#parts.settings.graceMs, Date.now())
  }

  async #takeOver(order: Order, { complete, missingFrom, files = false }: Loss, stoppedAt: number | null): Promise<void> {
    const { settings } = this.#parts
    const promotedAt = Date.now()
    const { sql } = await this.#open()
    const old = await siteRow(sql)
    this.#keep({ role: 'serving', epoch: Math.max(this.#file.epoch, old?.epoch ?? 0) + 1, order: null, paired: true, movedTo: null })
    await sql.unsafe('alter system reset all')
    await sql`select pg_reload_conf()`
    this.#unsure = !complete && !files && old?.protected ? order.id : null
    await this.#tellDatabase(false)
    const move = {
      planned: !order.force,
      from: old?.name ?? '',
      to: settings.name,
      epoch: this.#file.epoch,
      stoppedAt,
      promotedAt,
      complete,
      missingFrom,
    }
    await this.#begin(order, move)
  }

  async #changeNetwork(order: Order): Promise<void> {
    this.step = 'stopping'
    const from = this.network.url
    this.#keep({ network: this.#file.network === 0 ? 1 : 0 })
    // Whoever writes at the old address hears 503 from the moment the server lets go of it.
    this.#parts.onPlace()
    await this.#parts.server.stop()
    const at = Date.now()
    const move = { planned: true, from, to: this.network.url, epoch: this.#file.epoch, stoppedAt: at, promotedAt: at }
    await this.#begin(order, { ...move, complete: true, missingFrom: null })
  }

  /** Starts the service at the new place and follows what happens there first. */
  async #begin(order: Order, move: Move): Promise<void> {
    const { sql, url } = await this.#open()
    this.step = 'starting'
    await beginRecord(sql, order, move)
    const marks = await marksNow(sql, order.at)
    if (order.kind === 'site') {
      this.#work.abort()
      this.#work = new AbortController()
      this.receiving = null
    }
    this.#parts.server.start(url, this.network)
    this.#become('serving')
    await this.#parts.server.ready()
    await sql`update switch_over set ready_at = ${Date.now()} where id = ${order.id}`
    this.step = 'done'
    this.order = null
    this.#measure(order.id, marks)
    if (order.kind === 'site') this.#watch()
  }

  #measure(id: string, marks: Marks): void {
    if (!this.#db) return
    const failed = (error: unknown): void => this.#parts.log.error({ err: error }, 'the switch-over could not be measured')
    void measure(this.#db.sql, id, marks, this.#work.signal).catch(failed)
  }
}

/** The process ended while an order was carried out, and its note is lost. */
function unknownOrder(): Order {
  return { id: nanoid(12), kind: 'site', drill: false, reason: '', by: { id: '', name: '' }, at: Date.now(), force: true }
}
