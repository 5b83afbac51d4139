import { z } from 'zod'
import { defineOperation } from './define.ts'
import {
  accountKind,
  auditFilter,
  auditRow,
  clusterStatus,
  deadLetter,
  page,
  pageOf,
  roleName,
  standbyStatus,
  time,
  userRow,
} from './schemas.ts'

const device = z.object({ device: z.string() })
const ok = z.object({ ok: z.literal(true) })

const mobile = z.string().regex(/^\+?\d{6,15}$/, '6–15 digits')

/** What administrators keep: messages nobody could read, device secrets, nodes, the log, and people. */
export const systemOperations = {
  deadLetters: defineOperation({
    method: 'get',
    path: '/api/dead-letters',
    tag: 'devices',
    summary: { zh: '无法处理的消息', en: 'Messages that could not be taken' },
    permission: 'deadLetter:view',
    query: z.object({ device: z.string().optional(), reason: z.string().optional(), ...page }),
    result: pageOf(deadLetter).extend({
      counts: z.array(z.object({ device: z.string(), deviceName: z.string(), reason: z.string(), count: z.number().int(), lastAt: time })),
    }),
  }),
  /** Shows the secret once. */
  rotateDeviceSecret: defineOperation({
    method: 'post',
    path: '/api/devices/:device/secret',
    tag: 'devices',
    summary: { zh: '更换设备密钥', en: 'New device secret' },
    permission: 'device:administer',
    params: device,
    body: z.object({}),
    result: z.object({ username: z.string(), secret: z.string() }),
  }),
  /** Nodes and shards; a single node shows itself alone. */
  cluster: defineOperation({
    method: 'get',
    path: '/api/cluster',
    tag: 'system',
    summary: { zh: '集群状态', en: 'Cluster status' },
    permission: 'cluster:administer',
    result: clusterStatus,
  }),
  /** Gives all shards of a node to the others, or lets it take part again. Answered at once; the shards leave one after the other. */
  drainNode: defineOperation({
    method: 'post',
    path: '/api/cluster/nodes/:node/drain',
    tag: 'system',
    summary: { zh: '排空节点', en: 'Drain a node' },
    permission: 'cluster:administer',
    params: z.object({ node: z.string() }),
    body: z.object({ on: z.boolean() }),
    result: ok,
  }),
  /** What was put aside may run again: an actor, or the turns of a station that ended processes. */
  releaseQuarantine: defineOperation({
    method: 'post',
    path: '/api/cluster/quarantine/release',
    tag: 'system',
    summary: { zh: '解除隔离', en: 'Release from quarantine' },
    permission: 'cluster:administer',
    body: z.object({ station: z.string(), what: z.string().max(600) }),
    result: ok,
  }),
  /** Two sites or two networks: how the data is protected, and every move of the service with what was measured. */
  standby: defineOperation({
    method: 'get',
    path: '/api/standby',
    tag: 'system',
    summary: { zh: '备用站点与切换记录', en: 'Standby site and switch-overs' },
    permission: 'cluster:administer',
    result: standbyStatus,
  }),
  audit: defineOperation({
    method: 'get',
    path: '/api/audit',
    tag: 'system',
    summary: { zh: '审计日志', en: 'Audit log' },
    permission: 'audit:view',
    query: z.object({ ...auditFilter, ...page }),
    // Names of what the values point to, by record and id.
    result: pageOf(auditRow).extend({ titles: z.record(z.string(), z.record(z.string(), z.string())) }),
  }),
  auditExport: defineOperation({
    method: 'get',
    path: '/api/audit/export',
    tag: 'system',
    summary: { zh: '导出日志', en: 'Export the audit log' },
    permission: 'audit:view',
    query: z.object({ ...auditFilter, format: z.enum(['csv', 'xlsx']), lang: z.enum(['zh', 'en']).default('zh') }),
    result: 'file',
  }),
  auditVerify: defineOperation({
    method: 'get',
    path: '/api/audit/verify',
    tag: 'system',
    summary: { zh: '校验日志链', en: 'Verify the log chain' },
    permission: 'audit:view',
    result: z.object({ ok: z.boolean(), rows: z.number().int(), firstBroken: z.string().nullable() }),
  }),

  users: defineOperation({
    method: 'get',
    path: '/api/users',
    tag: 'users',
    summary: { zh: '用户', en: 'Users' },
    permission: 'user:view',
    query: z.object({
      text: z.string().optional(),
      kind: accountKind.optional(),
      /** due: within the days of warning. overdue: only let in to be changed. */
      password: z.enum(['due', 'overdue']).optional(),
      ...page,
    }),
    result: pageOf(userRow),
  }),
  createUser: defineOperation({
    method: 'post',
    path: '/api/users',
    tag: 'users',
    summary: { zh: '新建用户', en: 'Create user' },
    permission: 'user:administer',
    body: z.object({
      username: z
        .string()
        .min(3)
        .max(40)
        .regex(/^[a-zA-Z0-9_.-]+$/),
      name: z.string().min(1).max(60),
      department: z.string().trim().max(60).nullable().default(null),
      role: roleName,
      stations: z.array(z.string()).nullable(),
      password: z.string(),
      kind: accountKind.default('staff'),
      expiresAt: time.nullable().default(null),
      mobile: mobile.nullable().default(null),
    }),
    result: userRow,
  }),
  /** The account ends with its sessions; its login name is free again. */
  deleteUser: defineOperation({
    method: 'delete',
    path: '/api/users/:user',
    tag: 'users',
    summary: { zh: '删除用户', en: 'Delete user' },
    permission: 'user:administer',
    params: z.object({ user: z.string() }),
    result: ok,
  }),
  updateUser: defineOperation({
    method: 'put',
    path: '/api/users/:user',
    tag: 'users',
    summary: { zh: '修改用户', en: 'Edit user' },
    permission: 'user:administer',
    params: z.object({ user: z.string() }),
    body: z.object({
      name: z.string().min(1).max(60).optional(),
      department: z.string().trim().max(60).nullable().optional(),
      role: roleName.optional(),
      stations: z.array(z.string()).nullable().optional(),
      disabled: z.boolean().optional(),
      password: z.string().optional(),
      expiresAt: time.nullable().optional(),
      mobile: mobile.nullable().optional(),
    }),
    result: userRow,
  }),
  changePassword: defineOperation({
    method: 'post',
    path: '/api/me/password',
    tag: 'session',
    summary: { zh: '修改密码', en: 'Change own password' },
    permission: 'signed-in',
    body: z.object({ current: z.string(), next: z.string() }),
    result: ok,
  }),
} as const
