import type { Hono } from 'hono'
import { glossary, type GlossaryTerm, isTermKey, termKeyOf } from '@twin/models/glossary'
import { helpArticle, term } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import type { Records } from '../../records/engine.ts'
import { answer, type HttpToolsParts } from '../../records/http-tools.ts'
import { builtInArticles, type HelpText } from './help-files.ts'

interface Term extends GlossaryTerm {
  readonly key: string
  readonly picture: string | null
  /** Id of the row by which an administrator corrected or added it. */
  readonly row: string | null
}
interface Article extends HelpText {
  readonly row: string | null
}

/** Built-in terms, with those of administrators in the place of the ones that explain the same word. */
async function termsOf(records: Records, org: string): Promise<readonly Term[]> {
  const rows = await records.db
    .selectFrom(term.table)
    .select(['id', 'name', 'nameEn', 'meaning', 'meaningEn', 'picture'])
    .where('org', '=', org)
    .where('deletedAt', 'is', null)
    .orderBy('name')
    .execute()
  const own = rows.map((row): Term => {
    const name = String(row['name'])
    const key = termKeyOf(name)
    return {
      // What is computed stays as the product computes it: only its words are corrected.
      ...(key ? glossary[key] : {}),
      key: key ?? name,
      term: { zh: name, en: String(row['nameEn']) },
      meaning: { zh: String(row['meaning']), en: String(row['meaningEn']) },
      picture: typeof row['picture'] === 'string' ? row['picture'] : null,
      row: String(row['id']),
    }
  })
  const corrected = new Map(own.map((one) => [one.key, one]))
  const builtIn = Object.entries(glossary).map(([key, one]): Term => corrected.get(key) ?? { ...one, key, picture: null, row: null })
  return [...builtIn, ...own.filter(({ key }) => !isTermKey(key))]
}

async function articlesOf(records: Records, org: string, builtIn: ReadonlyMap<string, HelpText>): Promise<readonly Article[]> {
  const rows = await records.db
    .selectFrom(helpArticle.table)
    .select(['id', 'key', 'title', 'titleEn', 'body', 'bodyEn'])
    .where('org', '=', org)
    .where('deletedAt', 'is', null)
    .execute()
  const all = new Map([...builtIn].map(([key, article]): [string, Article] => [key, { ...article, row: null }]))
  for (const row of rows) {
    const key = String(row['key'])
    all.set(key, {
      key,
      path: builtIn.get(key)?.path ?? null,
      title: { zh: String(row['title']), en: String(row['titleEn']) },
      body: { zh: String(row['body']), en: String(row['bodyEn']) },
      row: String(row['id']),
    })
  }
  return [...all.values()]
}

/** Words and articles that explain the product, for whoever is signed in: no right is needed to understand. */
export function mountHelp(app: Hono, records: Records, tools: HttpToolsParts): void {
  const builtIn = builtInArticles()
  app.get('/api/terms', (context) => answer(tools, context, null, async ({ actor }) => ({ terms: await termsOf(records, actor.org) })))
  app.get('/api/terms/:key', (context) =>
    answer(tools, context, null, async ({ actor }) => {
      const found = (await termsOf(records, actor.org)).find(({ key }) => key === context.req.param('key'))
      if (!found) throw new Refusal('not-found', { field: 'key' })
      return found
    }),
  )
  app.get('/api/help', (context) =>
    answer(tools, context, null, async ({ actor }) => ({ articles: await articlesOf(records, actor.org, builtIn) })),
  )
  app.get('/api/help/:key', (context) =>
    answer(tools, context, null, async ({ actor }) => {
      const found = (await articlesOf(records, actor.org, builtIn)).find(({ key }) => key === context.req.param('key'))
      if (!found) throw new Refusal('not-found', { field: 'key' })
      return found
    }),
  )
}

const text = { type: 'string' }
const label = { type: 'object', required: ['zh', 'en'], properties: { zh: text, en: text } }
const orNone = { type: ['string', 'null'] }
const termSchema = {
  type: 'object',
  required: ['key', 'term', 'meaning', 'picture', 'row'],
  properties: { key: text, term: label, meaning: label, formula: text, unit: text, source: text, picture: orNone, row: orNone },
}
const articleSchema = {
  type: 'object',
  required: ['key', 'path', 'title', 'body', 'row'],
  properties: { key: text, path: orNone, title: label, body: label, row: orNone },
}
const path = (operationId: string, summary: string, schema: object, keyed: boolean) => ({
  get: {
    operationId,
    tags: ['help'],
    summary,
    description: '权限 permission: `signed-in`',
    parameters: keyed ? [{ name: 'key', in: 'path', required: true, schema: text }] : [],
    responses: {
      '200': { description: '成功 OK', content: { 'application/json': { schema } } },
      ...Object.fromEntries((keyed ? ['401', '404'] : ['401']).map((code) => [code, { $ref: '#/components/responses/Error' }])),
    },
  },
})
const list = (name: string, items: object) => ({ type: 'object', required: [name], properties: { [name]: { type: 'array', items } } })
export const helpPaths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/api/terms': path('terms', '术语 / Terms', list('terms', termSchema), false),
  '/api/terms/{key}': path('term', '一个术语 / One term', termSchema, true),
  '/api/help': path('help', '全部帮助文章 / All help articles', list('articles', articleSchema), false),
  '/api/help/{key}': path('help_article', '页面的帮助文章 / Help article of a page', articleSchema, true),
}
