import { z } from 'zod'
import { type Operation, operations, schemas } from '@twin/models/api'

type Json = Readonly<Record<string, unknown>>

const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } })
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
  return rest
}
const both = ({ zh, en }: { readonly zh: string; readonly en: string }): string => `${zh} / ${en}`

export type Paths = Readonly<Record<string, Readonly<Record<string, unknown>>>>
/** OpenAPI 3.1 of the whole REST API, from the table that the server registers and what other parts add. */
export function openApiDocument(version: string, further: Paths = {}, closed: (path: string) => boolean = () => false): Json {
  const paths: Record<string, Record<string, unknown>> = signInPaths()
  for (const [name, operation] of Object.entries(operations) as [string, Operation][]) {
    if (closed(operation.path)) continue
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    ;(paths[path] ??= {})[operation.method] = describe(name, operation)
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: '智慧空压站运营系统 Compressed-air twin',
      version,
      description:
        '时间为毫秒时间戳，压力为表压 bar，流量为 m³/min (FAD)。Times are epoch ms, pressures bar gauge, flows m³/min FAD. ' +
        'Live streams: docs/protocol.md.',
    },
    servers: [{ url: '/' }],
    security: [{ cookie: [] }, { bearer: [] }],
    tags: [...new Set(Object.values(operations).map(({ tag }) => tag))].map((name) => ({ name })),
    paths: { ...paths, ...further },
    components: {
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: 'twin.session_token' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Error: schemaOf(schemas.apiError, 'output') },
      responses: { Error: { description: '错误 Error', ...json({ $ref: '#/components/schemas/Error' }) } },
    },
  }
}

function describe(name: string, operation: Operation): Json {
  const open = operation.permission === 'public'
  const codes = [
    ...(open ? [] : ['401', '403']),
    ...(operation.params ? ['404'] : []),
    ...(operation.method === 'get' ? [] : ['409']),
    '422',
    '429',
  ]
  return {
    operationId: name,
    tags: [operation.tag],
    summary: both(operation.summary),
    description: `权限 permission: \`${operation.permission}\``,
    ...(open ? { security: [] } : {}),
    parameters: [...parameters(operation.params, 'path'), ...parameters(operation.query, 'query')],
    ...(operation.body ? { requestBody: { required: true, ...json(schemaOf(operation.body, 'input')) } } : {}),
    responses: {
      '200': operation.result === 'file' ? fileResponse : { description: '成功 OK', ...json(schemaOf(operation.result, 'output')) },
      ...Object.fromEntries(codes.map((code) => [code, { $ref: '#/components/responses/Error' }])),
    },
  }
}

const fileResponse: Json = {
  description: '文件 File',
  content: {
    'text/csv': { schema: { type: 'string' } },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: { type: 'string', format: 'binary' } },
  },
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'output') as {
    properties?: Record<string, Json>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    // A default makes the output certain but the input optional.
    required: place === 'path' || (required.includes(name) && !('default' in property)),
    ...(property['type'] === 'array' ? { style: 'form', explode: false } : {}),
    ...(typeof property['description'] === 'string' ? { description: property['description'] } : {}),
    schema: property,
  }))
}

function signInPaths(): Record<string, Record<string, unknown>> {
  const error = { $ref: '#/components/responses/Error' }
  const session = { description: '会话 Session', ...json({ type: 'object' }) }
  return {
    '/api/auth/sign-in/username': {
      post: {
        operationId: 'signIn',
        tags: ['session'],
        summary: '登录 / Sign in',
        security: [],
        requestBody: {
          required: true,
          ...json({
            type: 'object',
            required: ['username', 'password'],
            properties: { username: { type: 'string' }, password: { type: 'string' }, rememberMe: { type: 'boolean' } },
          }),
        },
        responses: { '200': session, '401': error, '422': error, '429': error },
      },
    },
    '/api/auth/sign-out': {
      post: { operationId: 'signOut', tags: ['session'], summary: '退出 / Sign out', responses: { '200': session } },
    },
    '/api/auth/get-session': {
      get: { operationId: 'getSession', tags: ['session'], summary: '会话 / Session', responses: { '200': session } },
    },
  }
}
