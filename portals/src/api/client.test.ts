import { describe, expect, it } from 'vitest'
import { addressOf, failureFrom } from './client.ts'

describe('addresses', () => {
  it('fills parameters, joins arrays and leaves out what is empty', () => {
    expect(addressOf('/api/devices/:device/alarms/:code/shelve', { params: { device: 'd/1', code: 'CP-001' } })).toBe(
      '/api/devices/d%2F1/alarms/CP-001/shelve',
    )
    expect(addressOf('/api/alarms', { query: { priority: ['P1', 'P2'], station: [], text: '', from: 0, phase: undefined } })).toBe(
      '/api/alarms?priority=P1%2CP2&from=0',
    )
  })
})

describe('failures', () => {
  it('keeps code, text, field and status of the API', () => {
    const failure = failureFrom(409, { error: { code: 'ROOM_OCCUPIED', message: { zh: '站房有人', en: 'Room occupied' }, field: 'code' } })
    expect(failure).toMatchObject({ status: 409, code: 'ROOM_OCCUPIED', text: { zh: '站房有人' }, field: 'code' })
  })
  it('never fails on a body that is no API error', () => {
    for (const body of [null, 'x', {}, { error: null }, { error: 'x' }])
      expect(failureFrom(502, body)).toMatchObject({ code: 'unreadable', status: 502 })
    expect(failureFrom(400, { error: { code: 'invalid', message: 'plain' } }).text.zh).toBe('plain')
  })
})
