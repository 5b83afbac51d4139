import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './product.ts'

/** Where GStreamer's RTSP server or ffmpeg is missing, tests with pictures skip visibly. */
export const hasCamera =
  [
    '/usr/lib/x86_64-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib',
    '/usr/lib/aarch64-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib',
  ].some((file) => existsSync(file)) && existsSync('/usr/bin/ffmpeg')

/** A camera in a process of its own, with the time in its picture. */
export interface TestCamera {
  readonly address: string
  stop(): Promise<void>
}

export async function startCamera(user?: string, password?: string): Promise<TestCamera> {
  const port = await freePort()
  const script = join(import.meta.dirname, 'test-camera.py')
  const child: ChildProcess = spawn('/usr/bin/python3', [script, String(port), ...(user && password ? [user, password] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the camera ended with ${code}`)))
    child.stdout?.once('data', () => resolve())
  })
  return {
    address: `rtsp://127.0.0.1:${port}/live`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
