/** Everybody signs in at once, as after a power cut. */
import { check } from 'k6'
import http from 'k6/http'
import { bounds, MAX_FAILED } from '../src/profile/index.ts'
import { base, seconds, signIn, vus } from './session.ts'

export const options = {
  vus,
  duration: `${seconds}s`,
  thresholds: { http_req_failed: [`rate<${MAX_FAILED}`], http_req_duration: [`p(95)<${bounds.signIn}`] },
}

export default function (): void {
  const token = signIn()
  check(http.get(`${base}/api/auth/get-session`, { headers: { authorization: `Bearer ${token}` } }), {
    known: ({ status }) => status === 200,
  })
}
