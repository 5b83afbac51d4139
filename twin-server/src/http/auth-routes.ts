import { originAllowed } from '../security/index.ts'
import { errorResponse } from './api-error.ts'
import type { HttpParts } from './parts.ts'

const messages = {
  username: { zh: '请输入用户名', en: 'Give a user name' },
  password: { zh: '请输入密码', en: 'Give a password' },
} as const

/** The three routes of better-auth that exist here, in the API's one error form. undefined = no such route. */
export async function authRoute(parts: HttpParts, request: Request, from: string): Promise<Response | undefined> {
  const { security, config } = parts
  const route = `${request.method} ${new URL(request.url).pathname}`
  if (route === 'GET /api/auth/get-session') return security.session(request, from)
  if (route !== 'POST /api/auth/sign-in/username' && route !== 'POST /api/auth/sign-out') return undefined
  if (!originAllowed(request.headers, config.allowedOrigins)) return errorResponse('cross-site')
  if (route === 'POST /api/auth/sign-out') return security.signOut(request, from)

  const result = await security.signIn(request, from)
  if (result.ok) return result.response
  const field = result.field === 'password' ? 'password' : 'username'
  return errorResponse(result.reason, {
    ...(result.reason === 'invalid' ? { field, message: messages[field] } : {}),
    ...(result.retryAfter === undefined ? {} : { retryAfter: result.retryAfter }),
  })
}
