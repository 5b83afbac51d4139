import type { StationConfig } from '@twin/models/stations'
import { deviceSecret, sameSecret } from './secrets.ts'
import { parseTopic, type TopicAddress } from '@twin/models/wire'

/** Who is at the other end of a device connection. `anonymous` exists only in demo mode on loopback. */
export type Identity =
  | { readonly kind: 'device' | 'gateway'; readonly id: string }
  | { readonly kind: 'anonymous'; readonly id: 'anonymous' }

export interface Credentials {
  /** undefined = refused. `loopback`: the peer itself is this machine, no proxy in between. */
  verify(username: string | undefined, password: Uint8Array | undefined, loopback: boolean): Identity | undefined
  /** Why this identity may not publish here; undefined = it may. */
  publishFault(identity: Identity, topic: TopicAddress): string | undefined
  /** Only its own `c` and `a`; a gateway those of its station, by name or by `+`. */
  maySubscribe(identity: Identity, filter: string): boolean
  /** Ids whose connections may listen to this topic: the device itself, the gateways of its station, in demo mode anonymous. */
  listenersOf(topic: TopicAddress): readonly string[]
  knows(device: string): boolean
}

export interface CredentialOptions {
  readonly master: string
  readonly demo: boolean
  /** Station of a device id; undefined = unknown or retired. */
  readonly stationOf: (device: string) => StationConfig | undefined
  /** Raised when a device gets a new secret; 1 when it never did. */
  readonly generationOf?: (device: string) => number
}

export function createCredentials({ master, demo, stationOf, generationOf = () => 1 }: CredentialOptions): Credentials {
  const isGateway = (id: string): boolean => stationOf(id)?.devices.find((device) => device.id === id)?.kind === 'gateway'
  return {
    verify(username, password, loopback) {
      if (username === undefined && password === undefined) return demo && loopback ? { kind: 'anonymous', id: 'anonymous' } : undefined
      if (!username || !password || username.length > 40 || password.length > 256) return undefined
      const known = stationOf(username) !== undefined
      // Compared even when the id is unknown: the time taken must not tell which ids exist.
      const right = sameSecret(password, deviceSecret(master, username, known ? generationOf(username) : 0))
      return known && right ? { kind: isGateway(username) ? 'gateway' : 'device', id: username } : undefined
    },
    publishFault(identity, topic) {
      if (topic.channel !== 't' && topic.channel !== 'e') return `devices do not publish on ${topic.channel}`
      if (identity.kind === 'anonymous' || identity.id === topic.device) return undefined
      if (identity.kind === 'gateway' && stationOf(identity.id)?.id === topic.station) {
        const bound = stationOf(topic.device)?.devices.find(({ id }) => id === topic.device)?.texts?.['gateway']
        return bound === undefined || bound === identity.id ? undefined : `${topic.device} is bound to another gateway`
      }
      return `${identity.id} may not publish for ${topic.device}`
    },
    maySubscribe(identity, filter) {
      const wild = filter.endsWith('/+')
      const topic = parseTopic(wild ? `${filter.slice(0, -1)}any` : filter)
      if (!topic || (topic.channel !== 'c' && topic.channel !== 'a')) return false
      if (identity.kind === 'anonymous') return !wild && stationOf(topic.device)?.id === topic.station
      const own = stationOf(identity.id)
      if (own?.id !== topic.station || own.org !== topic.org) return false
      if (identity.kind === 'gateway') return wild || stationOf(topic.device)?.id === own.id
      return !wild && topic.device === identity.id
    },
    listenersOf(topic) {
      const gateways = stationOf(topic.device)?.devices.filter((device) => device.kind === 'gateway' && device.id !== topic.device) ?? []
      return [topic.device, ...gateways.map((device) => device.id), ...(demo ? ['anonymous'] : [])]
    },
    knows: (device) => stationOf(device) !== undefined,
  }
}
