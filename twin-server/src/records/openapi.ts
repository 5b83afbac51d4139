import { z } from 'zod'
import {
  actionsOf,
  allFields,
  changeSchema,
  createSchema,
  inputSchema,
  permissionOf,
  permissionOfWay,
  type RecordModel,
  rowSchema,
} from '@twin/models/records'

type Json = Readonly<Record<string, unknown>>
type Paths = Record<string, Record<string, unknown>>

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
  return rest
}
const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } })
const error = { $ref: '#/components/responses/Error' }
const query = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({ name, in: 'query', description, schema })
const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: '结果不明时用同一键重发，只生成一条 repeat an unanswered request under the same key: it is made once',
  schema: { type: 'string', maxLength: 100 },
}
const id: Json = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

/** OpenAPI of records, written from their declarations. */
export function recordPaths(records: readonly RecordModel[]): Paths {
  return Object.assign({}, ...records.map(pathsOf)) as Paths
}

function pathsOf(record: RecordModel): Paths {
  const base = `/api/records/${record.name}`
  const { actions, lifecycle } = record
  const row = schemaOf(rowSchema(record), 'output')
  const titles: Json = { type: 'object', additionalProperties: { type: 'object', additionalProperties: { type: 'string' } } }
  const page: Json = {
    type: 'object',
    required: ['rows', 'total', 'counted', 'next', 'titles'],
    properties: {
      rows: { type: 'array', items: row },
      total: { type: 'integer' },
      counted: { enum: ['all', 'at-least'] },
      next: { type: ['string', 'null'] },
      titles,
    },
  }
  const operation = (verb: string, zh: string, en: string, permission: string, rest: Json): Json => ({
    operationId: `${record.name}_${verb}`,
    tags: [record.label.en],
    summary: `${record.label.zh}：${zh} / ${record.label.en}: ${en}`,
    description: `权限 permission: \`${permission}\``,
    ...rest,
  })
  const answers = (schema: Json, ...codes: string[]): Json => ({
    '200': { description: '成功 OK', ...json(schema) },
    ...Object.fromEntries(['401', '403', ...codes].map((code) => [code, error])),
  })
  const body = (schema: Json): Json => ({ requestBody: { required: true, ...json(schema) } })
  const view = permissionOf(record, 'view')
  const filters: Json[] = [
    query('q', '全文检索 full-text search'),
    query('sort', '`-createdAt,name`'),
    query('page', '页码', { type: 'integer', minimum: 1 }),
    query('size', '每页行数', { type: 'integer', minimum: 1, maximum: 500 }),
    query('after', '续页标记 cursor: `next` of the page before'),
    ...Object.entries(allFields(record))
      .filter(([, { type, sensitivity }]) => type !== 'geo' && sensitivity !== 'secret')
      .map(([name, { label }]) => query(name, `${label.zh} / ${label.en}; also ${name}.not .gte .lte .contains .empty`)),
  ]
  const paths: Paths = {
    [base]: {
      get: operation('list', '列表', 'list', view, { parameters: filters, responses: answers(page, '422') }),
      ...(actions.create
        ? {
            post: operation('create', '新建', 'create', permissionOf(record, actions.create), {
              parameters: [idempotencyKey],
              ...body(schemaOf(createSchema(record), 'input')),
              responses: answers(row, '409', '422'),
            }),
          }
        : {}),
    },
    [`${base}/{id}`]: {
      get: operation('detail', '详情', 'detail', view, {
        parameters: [id],
        responses: answers({ type: 'object', properties: { row, titles } }, '404'),
      }),
      ...(actions.edit
        ? {
            put: operation('change', '修改', 'change', permissionOf(record, actions.edit), {
              parameters: [id],
              ...body({
                allOf: [
                  schemaOf(changeSchema(record), 'input'),
                  { type: 'object', required: ['version'], properties: { version: { type: 'integer' } } },
                ],
              }),
              responses: answers(row, '404', '409', '422'),
            }),
          }
        : {}),
      ...(actions.remove
        ? {
            delete: operation('remove', '删除', 'delete', permissionOf(record, actions.remove), {
              parameters: [id, query('version', '版本')],
              responses: answers({ type: 'object' }, '404', '409'),
            }),
          }
        : {}),
    },
    [`${base}/{id}/related`]: {
      get: operation('related', '相关记录', 'related records', view, { parameters: [id], responses: answers({ type: 'object' }, '404') }),
    },
    ...Object.fromEntries(
      Object.entries(record.fields)
        .filter(([, { sensitivity }]) => sensitivity === 'personal')
        .map(([name, { label }]) => [
          `${base}/{id}/show/${name}`,
          {
            post: operation(`show_${name}`, `显示${label.zh}`, `show ${label.en}`, 'personal:view', {
              parameters: [id],
              responses: answers({ type: 'object', properties: { value: {} } }, '404'),
            }),
          },
        ]),
    ),
    [`${base}/{id}/history`]: {
      get: operation('history', '修改历史', 'history', view, { parameters: [id], responses: answers({ type: 'object' }, '404') }),
    },
    [`${base}/statistics`]: {
      get: operation('statistics', '统计', 'statistics', view, {
        parameters: [query('by', record.statistics.dimensions.join(', ')), ...filters],
        responses: answers({ type: 'object' }, '422'),
      }),
    },
    [`${base}/export`]: {
      get: operation('export', '导出', 'export', view, {
        parameters: [query('format', 'csv | xlsx'), ...filters],
        responses: { '200': { description: '文件 File' }, '401': error, '403': error },
      }),
    },
  }
  if (actions.create)
    paths[`${base}/import`] = {
      post: operation('import', '导入', 'import', permissionOf(record, actions.create), {
        parameters: [query('dry', 'true（默认）只检查 / only check; false imports')],
        requestBody: { required: true, content: { 'text/csv': {}, 'application/octet-stream': {} } },
        responses: answers({ type: 'object' }, '422'),
      }),
    }
  if (actionsOf(record).length > 1)
    paths[`${base}/bulk`] = {
      post: operation(
        'bulk',
        '批量',
        'bulk',
        actionsOf(record)
          .map((action) => permissionOf(record, action))
          .join(', '),
        { ...body({ type: 'object' }), responses: answers({ type: 'object' }, '422') },
      ),
    }
  for (const [name, way] of Object.entries(lifecycle?.transitions ?? {}))
    if (!way.internal)
      paths[`${base}/{id}/${name}`] = {
        post: operation(name, way.label.zh, way.label.en, permissionOfWay(record, name), {
          parameters: [id],
          ...body({ type: 'object', properties: { version: { type: 'integer' }, input: schemaOf(inputSchema(way.input ?? {}), 'input') } }),
          responses: answers(row, '404', '409', '422'),
        }),
      }
  return paths
}
