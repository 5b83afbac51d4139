/**
 * `npm run broker-accounts [-- FOLDER]`: password and ACL files for a Mosquitto outside: the server's account and one per device, which
 * may use its own topics alone (a gateway those of its station). Run it again and reload Mosquitto (SIGHUP) when devices or secrets change.
 * Needs TWIN_DEVICE_MASTER and TWIN_BROKER_PASSWORD.
 */
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createStore } from '@twin/server/store'
import { deviceSecret, requireMaster } from '../twin-server/src/ingest/index.ts'
import { fail, withDatabase } from './database.ts'

/** Mosquitto's own form: PBKDF2-SHA512, `$7$iterations$salt$hash` (mosquitto_passwd(1)). */
function passwordLine(user: string, password: string): string {
  const [iterations, salt] = [101, randomBytes(12)]
  const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512')
  return `${user}:$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`
}

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'deploy', 'accounts'))
const serverPassword = process.env.TWIN_BROKER_PASSWORD

if (!serverPassword)
  fail('请设置 TWIN_BROKER_PASSWORD（服务器在消息代理上的密码）。', 'Set TWIN_BROKER_PASSWORD, the password of the server at the broker.')
else
  await withDatabase(async (url) => {
    const master = requireMaster(process.env.TWIN_DEVICE_MASTER)
    const store = await createStore({ url })
    try {
      const rows = await store.db.selectFrom('device_secret_generation').select(['device', 'generation']).execute()
      const generations = new Map(rows.map((row) => [row.device, row.generation]))
      const passwords = [passwordLine('twin-server', serverPassword)]
      const acl = ['user twin-server', 'topic readwrite tw/#']
      for (const station of await store.stations.list())
        for (const device of station.devices) {
          passwords.push(passwordLine(device.id, deviceSecret(master, device.id, generations.get(device.id) ?? 1)))
          acl.push('', `user ${device.id}`)
          const own = device.kind === 'gateway' ? station.devices : [device]
          for (const { id } of own) {
            for (const up of ['t', 'e']) acl.push(`topic write tw/${station.org}/${station.id}/${up}/${id}`)
            for (const down of ['c', 'a']) acl.push(`topic read tw/${station.org}/${station.id}/${down}/${id}`)
          }
        }
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(join(folder, 'passwords'), `${passwords.join('\n')}\n`, { mode: 0o600 })
      writeFileSync(join(folder, 'acl'), `${acl.join('\n')}\n`, { mode: 0o600 })
      console.log(`${passwords.length} 个账号 accounts → ${folder}`)
    } finally {
      await store.close()
    }
  })
