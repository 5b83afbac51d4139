/** Operators at work: the mix of `src/profile`, with pauses to think. Thresholds are the bounds of the requirements. */
import { check, sleep } from 'k6'
import http from 'k6/http'
import { bounds, MAX_FAILED, operatorMix, pathOf, stepFor, THINK_S } from '../src/profile/index.ts'
import { base, seconds, signIn, stationIds, vus } from './session.ts'

export const options = {
  vus,
  duration: `${seconds}s`,
  thresholds: {
    http_req_failed: [`rate<${MAX_FAILED}`],
    'http_req_duration{kind:operation}': [`p(95)<${bounds.operation}`],
    'http_req_duration{kind:query}': [`p(95)<${bounds.query}`],
    'http_req_duration{kind:statistics}': [`p(95)<${bounds.statistics}`],
  },
}

export function setup(): { token: string; stations: string[] } {
  const token = signIn()
  return { token, stations: stationIds(token) }
}

export default function ({ token, stations }: ReturnType<typeof setup>): void {
  const step = stepFor(operatorMix, Math.random())
  const station = stations[Math.floor(Math.random() * stations.length)] ?? ''
  const answer = http.get(`${base}${pathOf(step, station, Date.now())}`, {
    headers: { authorization: `Bearer ${token}` },
    tags: { kind: step.kind, name: step.name },
  })
  check(answer, { answered: ({ status }) => status === 200 })
  sleep(THINK_S[0] + Math.random() * (THINK_S[1] - THINK_S[0]))
}
