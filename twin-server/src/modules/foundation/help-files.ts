import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { menuEntriesWithHelp, recordArticle } from '@twin/models/help'
import type { Label } from '@twin/models/kinds'

export interface HelpText {
  readonly key: string
  /** Address of its page; null for pages that one reaches from others. */
  readonly path: string | null
  readonly title: Label
  /** Markdown. */
  readonly body: Label
}

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'help')

/** `<key>.zh.md` and `<key>.en.md`, each beginning with its title as `# …`. Throws when a language or a title is missing. */
function writtenArticles(): ReadonlyMap<string, HelpText> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.zh.md'))
  return new Map(
    files.map((name) => {
      const key = name.slice(0, -'.zh.md'.length)
      const parts = (['zh', 'en'] as const).map((lang) => {
        const [first = '', ...rest] = readFileSync(join(folder, `${key}.${lang}.md`), 'utf8').split('\n')
        if (!first.startsWith('# ')) throw new Error(`help article ${key}.${lang}.md has no title`)
        return { title: first.slice(2).trim(), body: rest.join('\n').trim() }
      })
      const [zh, en] = parts
      return [
        key,
        { key, path: null, title: { zh: zh?.title ?? '', en: en?.title ?? '' }, body: { zh: zh?.body ?? '', en: en?.body ?? '' } },
      ] as const
    }),
  )
}

/**
 * Articles that come with the product: what was written for a page, followed for a page of records by what their declaration tells.
 * A menu entry that has neither has no article.
 */
export function builtInArticles(): ReadonlyMap<string, HelpText> {
  const written = writtenArticles()
  const ofMenu = menuEntriesWithHelp().flatMap(({ key, path, title, record }): [string, HelpText][] => {
    const own = written.get(key)
    if (!own && !record) return []
    const body = (lang: 'zh' | 'en'): string =>
      [own?.body[lang] ?? '', record ? recordArticle(record, lang) : ''].filter(Boolean).join('\n\n')
    return [[key, { key, path, title: own?.title ?? title, body: { zh: body('zh'), en: body('en') } }]]
  })
  return new Map([...written, ...ofMenu])
}
