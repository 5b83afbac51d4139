import { describe, expect, it } from 'vitest'
import type { Identity } from './credentials.ts'
import { deviceSecret, MasterSecretError, requireMaster, sameSecret } from './secrets.ts'
import { createTestIntake, MASTER, OTHER_SITE, SITE } from './test-runtime.ts'

const secret = (id: string, generation = 1): Buffer => Buffer.from(deviceSecret(MASTER, id, generation))
const topic = (device: string, channel: 't' | 'e' | 'c' | 'a' = 't', station = SITE) => ({ org: 'main', station, channel, device })

describe('credentials', () => {
  it('[IN10] derives secrets that differ by device and generation, and refuses to start without a master', () => {
    expect(deviceSecret(MASTER, 'compressor01', 1)).toMatch(/^[\w-]{43}$/)
    expect(deviceSecret(MASTER, 'compressor01', 1)).not.toBe(deviceSecret(MASTER, 'compressor01', 2))
    expect(deviceSecret(MASTER, 'compressor01', 1)).not.toBe(deviceSecret(MASTER, 'compressor02', 1))
    expect(sameSecret(secret('compressor01'), deviceSecret(MASTER, 'compressor01', 1))).toBe(true)
    expect(sameSecret(Buffer.from('short'), deviceSecret(MASTER, 'compressor01', 1))).toBe(false)
    for (const bad of [undefined, '', 'changeme', 'x'.repeat(40)]) expect(() => requireMaster(bad)).toThrow(MasterSecretError)
    expect(requireMaster(MASTER)).toBe(MASTER)
  })

  it('[IN11] knows devices and gateways by id and secret, strangers only in demo mode on loopback', () => {
    const { credentials } = createTestIntake()
    expect(credentials.verify('compressor01', secret('compressor01'), false)).toEqual({ kind: 'device', id: 'compressor01' })
    expect(credentials.verify('gateway00001', secret('gateway00001'), false)).toEqual({ kind: 'gateway', id: 'gateway00001' })
    expect(credentials.verify('compressor01', secret('compressor02'), true)).toBeUndefined()
    expect(credentials.verify('compressor01', secret('compressor01', 2), true)).toBeUndefined()
    expect(credentials.verify('nobody', secret('nobody', 0), true)).toBeUndefined()
    expect(credentials.verify(undefined, undefined, true)).toBeUndefined()
    const demo = createTestIntake(true).credentials
    expect(demo.verify(undefined, undefined, true)).toEqual({ kind: 'anonymous', id: 'anonymous' })
    expect(demo.verify(undefined, undefined, false)).toBeUndefined()
    expect(demo.verify('compressor01', secret('compressor02'), true)).toBeUndefined()
  })

  it('[IN12] a device uses its own topics, a gateway those of its station, nobody a wildcard over devices of others', () => {
    const { credentials } = createTestIntake(true)
    const device: Identity = { kind: 'device', id: 'compressor01' }
    const gateway: Identity = { kind: 'gateway', id: 'gateway00001' }
    const anonymous: Identity = { kind: 'anonymous', id: 'anonymous' }
    const publishes = (who: Identity, ...args: Parameters<typeof topic>) => credentials.publishFault(who, topic(...args)) === undefined
    expect(publishes(device, 'compressor01', 't')).toBe(true)
    expect(publishes(device, 'compressor01', 'e')).toBe(true)
    expect(publishes(device, 'compressor01', 'c')).toBe(false)
    expect(publishes(device, 'compressor02')).toBe(false)
    expect(publishes(gateway, 'compressor02')).toBe(true)
    expect(publishes(gateway, 'compressor09', 't', OTHER_SITE)).toBe(false)
    expect(publishes(gateway, 'compressor02', 'a')).toBe(false)
    const subscribes = (who: Identity, filter: string) => credentials.maySubscribe(who, filter)
    expect(subscribes(device, `tw/main/${SITE}/c/compressor01`)).toBe(true)
    expect(subscribes(device, `tw/main/${SITE}/a/compressor01`)).toBe(true)
    expect(subscribes(gateway, `tw/main/${SITE}/c/+`)).toBe(true)
    expect(subscribes(gateway, `tw/main/${SITE}/c/compressor02`)).toBe(true)
    expect(subscribes(anonymous, `tw/main/${SITE}/c/compressor02`)).toBe(true)
    for (const who of [device, gateway, anonymous])
      for (const filter of [
        '#',
        'tw/#',
        '+/+/+/+/+',
        `tw/main/+/c/+`,
        `tw/main/${SITE}/t/compressor01`,
        `tw/main/${OTHER_SITE}/c/+`,
        '$SYS/#',
      ])
        expect(subscribes(who, filter)).toBe(false)
    expect(subscribes(device, `tw/main/${SITE}/c/+`)).toBe(false)
    expect(subscribes(device, `tw/main/${SITE}/c/compressor02`)).toBe(false)
    expect(subscribes(anonymous, `tw/main/${SITE}/c/+`)).toBe(false)
  })
})
