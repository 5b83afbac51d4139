import { queryWords, searchWords } from '@twin/models/records'
import MiniSearch from 'minisearch'
import type { Language } from '../../i18n/index.ts'
import type { Article } from './use-help.ts'

export interface Hit {
  readonly article: Article
  /** The words around what was found. */
  readonly excerpt: string
}

/** Full text over all articles of one language: Chinese by pairs of characters, as everywhere in the product. */
export function helpSearch(articles: readonly Article[], lang: Language): (query: string) => readonly Hit[] {
  const index = new MiniSearch<{ id: string; title: string; body: string }>({
    fields: ['title', 'body'],
    tokenize: searchWords,
    processTerm: (term) => term,
    searchOptions: { tokenize: queryWords, combineWith: 'AND', prefix: true, boost: { title: 4 } },
  })
  const byKey = new Map(articles.map((article) => [article.key, article]))
  index.addAll(articles.map(({ key, title, body }) => ({ id: key, title: title[lang], body: body[lang] })))
  return (query) =>
    index.search(query).flatMap(({ id }): Hit[] => {
      const article = byKey.get(String(id))
      return article ? [{ article, excerpt: excerptOf(article.body[lang], query) }] : []
    })
}

/** Some sixty characters around the first word of the query. */
function excerptOf(body: string, query: string): string {
  const text = body.replaceAll(/[#*|`>]|-{3,}/g, ' ').replaceAll(/\s+/g, ' ')
  const lower = text.toLowerCase()
  const places = queryWords(query)
    .map((word) => lower.indexOf(word))
    .filter((at) => at >= 0)
  const at = places.length > 0 ? Math.min(...places) : 0
  const from = Math.max(0, at - 20)
  return `${from > 0 ? '…' : ''}${text.slice(from, from + 70).trim()}…`
}
