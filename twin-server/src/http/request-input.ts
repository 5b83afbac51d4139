import type { z } from 'zod'
import type { Operation } from '@twin/models/api'
import { issueLabel } from '@twin/models/records'
import { Refusal } from './api-error.ts'

/** Throws `invalid` with the first fault in both languages, naming the field. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, part: string): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (!issue) throw new Refusal('invalid', { field: part })
  throw new Refusal('invalid', { field: fieldOf(issue) || part, message: issueLabel(issue) })
}

/** The field that is wrong; one that is not known is named itself. */
function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String)
  return (issue.code === 'unrecognized_keys' ? [...path, ...issue.keys.slice(0, 1)] : path).join('.')
}

/** Query as the schemas expect it: a text, or an array where a name is repeated. */
export function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name)
    query[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return query
}

export interface Input {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Everything a request says, validated by the operation's schemas. Postgres text knows no NUL, so it is refused here for all. */
export async function readInput(operation: Operation, request: Request, pathParams: Readonly<Record<string, string>>): Promise<Input> {
  const raw = { params: pathParams, query: queryOf(new URL(request.url)), body: operation.body ? await bodyOf(request) : undefined }
  if (JSON.stringify(raw).includes(String.raw`\u0000`))
    throw new Refusal('invalid', { message: { zh: '输入包含非法字符', en: 'The input holds a NUL character' } })
  return {
    params: operation.params ? checked(operation.params, raw.params, 'path') : undefined,
    query: operation.query ? checked(operation.query, raw.query, 'query') : undefined,
    body: operation.body ? checked(operation.body, raw.body, 'body') : undefined,
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text()
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal('invalid', { field: 'body', message: { zh: '请求体不是有效的 JSON', en: 'The body is not valid JSON' } })
  }
}
