import { betterAuth } from 'better-auth'
import { APIError } from 'better-auth/api'
import { bearer, username } from 'better-auth/plugins'
import type { Kysely } from 'kysely'
import { nanoid } from 'nanoid'
import { datesForAuth } from './auth-dates.ts'
import { hashPassword, maxPasswordLength, verifyPassword } from './password.ts'
import { createRateBuckets } from './rate-buckets.ts'
import type { AuthDatabase } from './tables.ts'

export interface AuthEngineOptions {
  readonly db: Kysely<AuthDatabase>
  readonly secret: string
  /** Decides whether cookies are `Secure`. */
  readonly publicUrl: string
  readonly signInsPerMinute: number
  /** Epoch ms. */
  readonly now: () => number
}

/** The address, set by us from the connection; whatever a client sends under this name is replaced. */
export const addressHeader = 'x-twin-client-address'
export const cookiePrefix = 'twin'
const sessionSeconds = 7 * 24 * 3600
/** As long as browsers keep a cookie. */
export const screenSeconds = 400 * 24 * 3600

/**
 * better-auth keeps sessions and their cookies; users, roles and lockout are ours. Only sign-in, sign-out and get-session are routed to it.
 * Its origin check is off because `request-origin.ts` guards every state-changing route of the server, these included.
 */
export function createAuthEngine({ db, secret, publicUrl, signInsPerMinute, now }: AuthEngineOptions) {
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' }
  return betterAuth({
    appName: 'twin',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    database: { db: db.withPlugin(datesForAuth), type: 'postgres' },
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 1,
      maxPasswordLength,
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    plugins: [username({ displayUsername: false, minUsernameLength: 1, maxUsernameLength: 100, usernameValidator: () => true }), bearer()],
    user: { modelName: 'auth_user', fields: { ...times, emailVerified: 'email_verified' } },
    session: {
      modelName: 'auth_session',
      fields: { ...times, userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent' },
      expiresIn: sessionSeconds,
      updateAge: 24 * 3600,
    },
    account: {
      modelName: 'auth_account',
      fields: {
        ...times,
        userId: 'user_id',
        providerId: 'provider_id',
        accountId: 'account_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
      },
    },
    verification: { modelName: 'auth_verification', fields: { ...times, expiresAt: 'expires_at' } },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 600,
      customRules: { '/sign-in/username': { window: 60, max: signInsPerMinute } },
      customStorage: createRateBuckets(() => performance.now()),
    },
    advanced: {
      cookiePrefix,
      useSecureCookies: publicUrl.startsWith('https:'),
      disableCSRFCheck: true,
      disableOriginCheck: true,
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: () => nanoid() },
    },
    databaseHooks: {
      session: {
        create: {
          // After the password was found right: a disabled or expired user fails like a wrong password does, in word and in time.
          before: async (session) => {
            const user = await db
              .selectFrom('auth_user')
              .select(['disabled', 'kind', 'expires_at'])
              .where('id', '=', session.userId)
              .executeTakeFirst()
            if (!user || user.disabled || (user.expires_at !== null && user.expires_at <= now())) throw new APIError('UNAUTHORIZED')
            // A screen stays signed in, however long nobody comes by, until its account ends.
            if (user.kind === 'screen') return { data: { ...session, expiresAt: new Date(Date.now() + screenSeconds * 1000) } }
            return undefined
          },
        },
      },
    },
  })
}
export type AuthEngine = ReturnType<typeof createAuthEngine>
