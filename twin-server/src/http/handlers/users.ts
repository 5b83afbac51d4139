import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { masked } from '../../records/personal.ts'
import type { Principal, UserResult, UserRow } from '../../security/index.ts'

const weak: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  'too-long': { zh: '密码最多 128 位', en: 'At most 128 characters' },
  'no-upper-case': { zh: '密码须含大写字母', en: 'An upper-case letter is missing' },
  'no-lower-case': { zh: '密码须含小写字母', en: 'A lower-case letter is missing' },
  'no-digit': { zh: '管理员密码须含数字', en: 'An administrator’s password needs a digit' },
  'no-special': { zh: '密码须含特殊字符', en: 'A special character is missing' },
}

const tooShort = (least: number) => ({ zh: `密码至少 ${least} 位`, en: `At least ${least} characters` })

export function userRefusal(result: Exclude<UserResult, { readonly ok: true }>, passwordField = 'password'): never {
  switch (result.reason) {
    case 'not-found':
      return refuse('not-found')
    case 'username-taken':
      return refuse('conflict', { field: 'username', message: { zh: '用户名已存在', en: 'This user name is taken' } })
    case 'weak-password':
      return refuse('invalid', {
        field: passwordField,
        message: (result.detail === 'too-short' ? tooShort(result.least ?? 8) : weak[result.detail ?? '']) ?? {
          zh: '密码强度不足',
          en: 'Password too weak',
        },
      })
    case 'mobile-taken':
      return refuse('conflict', {
        field: 'mobile',
        message: { zh: '该手机号已有同类账号', en: 'Another account of this kind has this number' },
      })
    case 'used-password':
      return refuse('invalid', {
        field: passwordField,
        message: { zh: '不能与最近五次的密码相同', en: 'It must differ from the last five' },
      })
    case 'oneself':
      return refuse('conflict', { code: 'oneself', message: { zh: '不能删除自己的帐号', en: 'Nobody deletes their own account' } })
    case 'last-administrator':
      return refuse('conflict', {
        code: 'last-administrator',
        message: { zh: '至少保留一名可用的管理员', en: 'One administrator must remain' },
      })
  }
}

export function userHandlers({
  security,
  runtime,
  workOf,
  grants,
}: HttpParts): Pick<Handlers, 'users' | 'createUser' | 'updateUser' | 'deleteUser'> {
  /** The stations exist, and nobody gives a scope wider than his own. */
  const known = (stations: readonly string[] | null | undefined, { org, stations: own }: Principal): void => {
    const unknown = stations?.find((id) => runtime.station(id)?.org !== org)
    if (unknown !== undefined)
      refuse('invalid', { field: 'stations', message: { zh: `站点不存在：${unknown}`, en: `No such station: ${unknown}` } })
    if (own !== null && stations !== undefined && (stations === null || stations.some((id) => !own.has(id))))
      refuse('not-permitted', {
        field: 'stations',
        message: { zh: '不能授予超出自己范围的数据', en: 'Nobody grants data beyond their own scope' },
      })
  }
  return {
    users: async ({ query, principal }) => {
      const { rows, total } = await security.users.list(query)
      return { rows: rows.map((row) => asRow(row, principal)), total }
    },
    createUser: async ({ principal, person, body, note }) => {
      known(body.stations, principal)
      await grants?.demandRole(principal, body.role)
      const result = await security.users.create(body, { id: principal.id, name: principal.username, from: person.from })
      if (!result.ok) return userRefusal(result)
      note({ written: true })
      return asRow(result.user, principal)
    },
    deleteUser: async ({ principal, person, params, note }) => {
      const work = (await workOf?.(params.user)) ?? []
      if (work.length > 0)
        refuse('conflict', {
          code: 'holds-work',
          message: {
            zh: `仍有未完工单：${work.join('、')}，请先改派`,
            en: `Still holds open work orders: ${work.join(', ')}; assign them to somebody else first`,
          },
          detail: { workOrders: work },
        })
      const result = await security.users.remove(params.user, { id: principal.id, name: principal.username, from: person.from })
      if (!result.ok) return userRefusal(result)
      note({ written: true })
      return { ok: true as const }
    },
    updateUser: async ({ principal, person, params, body, note }) => {
      known(body.stations, principal)
      const user = await security.users.byId(params.user)
      if (!user) refuse('not-found')
      if (body.role !== undefined && body.role !== user.role) await grants?.demandRole(principal, body.role)
      // Whoever sets the password of an account could be it.
      if (body.password !== undefined) await grants?.demandOver(principal, { ...user, org: principal.org })
      const result = await security.users.update(params.user, body, { id: principal.id, name: principal.username, from: person.from })
      if (!result.ok) return userRefusal(result)
      note({ written: true })
      return asRow(result.user, principal)
    },
  }
}

const asRow = (user: UserRow, principal: Principal) => ({
  ...user,
  stations: user.stations === null ? null : [...user.stations],
  mobile: user.mobile === null || principal.permissions.has('personal:view') ? user.mobile : masked(user.mobile),
})
