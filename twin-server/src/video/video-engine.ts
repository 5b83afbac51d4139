import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { v7 } from 'uuid'
import type { Runtime } from '@twin/actors/runtime'
import { videoCamera } from '@twin/models/records'
import { type Actor, installation, type Modules } from '../modules/index.ts'
import type { SecretBox, Security } from '../security/index.ts'
import { Camera, type CameraRow } from './camera.ts'
import { Recorder } from './recorder.ts'
import { recordingRows } from './recording-rows.ts'
import { type VideoSession, VideoSessions } from './sessions.ts'
import type { VideoPort } from './video-port.ts'

export interface VideoParts {
  readonly runtime: Pick<Runtime, 'ask' | 'epochOf'>
  readonly modules: Pick<Modules, 'records' | 'bells' | 'settings'>
  readonly security: Security
  readonly box: SecretBox
  /** Folder for live streams and recordings. */
  readonly dir: string
  /** Program that takes streams in. */
  readonly ffmpeg: string
  readonly clock: { readonly now: () => number }
  readonly log: { warn(detail: object, message: string): void }
}

/** A command waits 5 s for its picture; the answer must be there before. */
const OPEN_MS = 4500
const VIEW_MS = 12_000
const HOUR = 3_600_000

export interface VideoEngine extends VideoPort {
  readonly recorder: Recorder
  /** Version of ffmpeg; null = not installed. */
  readonly engine: string | null
  camera(id: string): Camera | undefined
  sessions(): readonly VideoSession[]
  /** Opens a picture for a person; null when no first segment came in time. */
  view(camera: Camera, user: { readonly id: string; readonly name: string; readonly from: string | null }): Promise<VideoSession | null>
  session(id: string, user: string): VideoSession | undefined
  close(effect: { readonly station: string }): void
  end(id: string): Promise<VideoSession | undefined>
  stop(): Promise<void>
}

/**
 * Cameras of this node's stations: taken in, watched over, recorded. Several nodes each look after the stations they hold; a viewer's
 * stream is taken in by the node he asks.
 */
export async function startVideo({ runtime, modules, security, box, dir, ffmpeg, clock, log }: VideoParts): Promise<VideoEngine> {
  const { records } = modules
  const system: Actor = installation(security.org)
  const live = join(dir, 'live')
  await rm(live, { recursive: true, force: true })
  const engine = await version(ffmpeg)
  const recorder = new Recorder(ffmpeg, join(dir, 'recordings'), recordingRows(records, system))
  const sessions = new VideoSessions()
  let cameras = new Map<string, Camera>()
  const states = new Map<string, CameraRow['status']>()

  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what)
  const ofStation = (station: string): Camera[] => [...cameras.values()].filter(({ row }) => row.station === station)
  const ours = ({ row }: Camera): boolean => runtime.epochOf(row.station) !== undefined

  async function load(): Promise<void> {
    const rows = await records.db
      .selectFrom('videoCamera')
      .selectAll()
      .where('org', '=', system.org)
      .where('deletedAt', 'is', null)
      .execute()
    const next = new Map<string, Camera>()
    for (const row of rows as unknown as CameraRow[]) {
      const held = cameras.get(row.id)
      // Its state alone changed: the stream goes on.
      const same =
        held && (['address', 'username', 'password', 'ring', 'transcode', 'station'] as const).every((key) => held.row[key] === row[key])
      next.set(row.id, same ? held : new Camera(row, { ffmpeg, dir: live, box, log }))
      if (!states.has(row.id)) states.set(row.id, row.status)
    }
    const gone = [...cameras.values()].filter((camera) => next.get(camera.row.id) !== camera)
    cameras = next
    await Promise.all(gone.map((camera) => camera.close()))
  }
  let loading = load()
  const unlisten = modules.bells.on((bell) => {
    if (bell === 'record:videoCamera') loading = loading.then(load, load).catch(failed('cameras could not be read'))
  })
  await loading
  await recorder.start()

  async function look(camera: Camera): Promise<void> {
    if (!ours(camera)) {
      camera.release('ring')
      return
    }
    if (camera.row.ring && engine !== null) camera.hold('ring')
    const state = await camera.look()
    const { id } = camera.row
    if (state === null || state === states.get(id)) return
    states.set(id, state)
    await records.run(system, (turn) =>
      records.writer.patch(turn, videoCamera, id, { status: state, statusSince: Math.trunc(clock.now()) }),
    )
  }
  const busy = new Set<Camera>()
  const tick = setInterval(() => {
    const now = clock.now()
    for (const camera of cameras.values()) {
      if (busy.has(camera)) continue
      busy.add(camera)
      void look(camera)
        .catch(failed('a camera could not be looked at'))
        .finally(() => busy.delete(camera))
    }
    void recorder.tick(now).catch(failed('a recording failed'))
    for (const session of sessions.sweep(now, (camera) => cameras.get(camera.row.id) === camera))
      void logged(session, 'video.close').catch(failed('view log'))
  }, 1000)

  const expire = (): void =>
    void recorder.expire(clock.now() - modules.settings.get('video.keepDays') * 24 * HOUR).catch(failed('old recordings stay'))
  const hourly = setInterval(expire, HOUR)
  expire()

  const logged = ({ camera, user, userName, id }: VideoSession, kind: string, from: string | null = null): Promise<void> =>
    security.audit.append({
      user,
      userName,
      from,
      kind,
      target: camera.row.id,
      result: 'ok',
      after: { camera: camera.row.name, station: camera.row.station, session: id },
    })

  async function openFor(station: string, command: string | null, reason: string): Promise<{ ok: boolean; detail: string }> {
    if (engine === null) return { ok: false, detail: 'not configured' }
    await loading
    const all = ofStation(station)
    if (all.length === 0) return { ok: false, detail: 'no camera' }
    const cause = { reason: command === null ? ('alarm' as const) : ('control' as const), source: command ?? reason }
    const opened = await Promise.all(
      all.map(async (camera) => {
        const ready = camera.hold('twin').ready(OPEN_MS)
        void recorder.record(camera, cause, clock.now()).catch(failed('a recording could not begin'))
        return (await ready) ? camera.row.name : null
      }),
    )
    const names = opened.filter((name) => name !== null)
    return names.length > 0 ? { ok: true, detail: names.join(', ') } : { ok: false, detail: 'camera offline' }
  }

  return {
    recorder,
    engine,
    camera: (id) => cameras.get(id),
    sessions: () => sessions.list(),
    open({ station, command, reason }) {
      void openFor(station, command, reason)
        .catch((error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }))
        .then((result) => runtime.ask({ type: 'video.result', station, command, ...result }))
        .catch(failed('video result not taken'))
    },
    close({ station }) {
      for (const camera of ofStation(station)) camera.release('twin')
    },
    async view(camera, { id: user, name: userName, from }) {
      const session = { id: v7(), camera, user, userName, since: clock.now() }
      sessions.open(session)
      if (engine === null || !(await camera.hold(session.id).ready(VIEW_MS))) {
        sessions.close(session.id)
        return null
      }
      sessions.use(session.id, user, clock.now())
      await logged(session, 'video.view', from)
      return session
    },
    session: (id, user) => sessions.use(id, user, clock.now()),
    async end(id) {
      const session = sessions.close(id)
      if (session) await logged(session, 'video.close')
      return session
    },
    async stop() {
      clearInterval(tick)
      clearInterval(hourly)
      unlisten()
      await recorder.stop().catch(failed('recordings could not be ended'))
      await Promise.all([...cameras.values()].map((camera) => camera.close()))
    },
  }
}

async function version(ffmpeg: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(ffmpeg, ['-version'])
    return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown'
  } catch {
    return null
  }
}
