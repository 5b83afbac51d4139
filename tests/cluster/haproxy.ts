import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child, freePort, until } from '../../scripts/cluster-lab.ts'

const binary = '/usr/sbin/haproxy'
export const hasHaproxy = existsSync(binary)

/** HAProxy with the configuration that users get, deploy/haproxy.cfg, before other ports. */
export class Haproxy {
  port = 0
  #child: Child | undefined

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<this> {
    this.port = await freePort()
    return this
  }

  async before(ports: readonly number[], dir: string): Promise<void> {
    const given = readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'haproxy.cfg'), 'utf8')
    const servers = ports.map((port, n) => `  server twin-${n + 1} 127.0.0.1:${port} check`)
    const lines = given.split('\n').filter((line) => !/^\s*server /.test(line))
    const file = join(dir, 'haproxy.cfg')
    writeFileSync(file, `${[...lines, ...servers].join('\n').replace('bind :8080', `bind 127.0.0.1:${this.port}`)}\n`)
    this.#child = new Child('haproxy', binary, ['-db', '-f', file])
    await until('HAProxy leads to a node', async () => (await fetch(`${this.url}/api/ready`)).ok, 20)
  }

  async stop(): Promise<void> {
    await this.#child?.end('SIGKILL')
  }
}
