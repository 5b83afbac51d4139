import { EditOutlined, SearchOutlined } from '@ant-design/icons'
import { helpArticle } from '@twin/models/records'
import { Button, Input, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useText } from '../../i18n/index.ts'
import { useDetail } from '../../records/record-api.ts'
import { RecordForm } from '../../records/record-form.tsx'
import { Await, Nothing } from '../widgets/states.tsx'
import { helpSearch } from './help-search.ts'
import { Markdown } from './markdown.tsx'
import { type Article, useArticles } from './use-help.ts'

interface HelpBrowserProps {
  /** Key of the article to begin with. */
  readonly page: string
  readonly onPage: (key: string) => void
  /** Absent where pages cannot be opened: without network. */
  readonly onOpen?: (path: string) => void
  readonly mayCorrect: boolean
}

/** Search over all articles, and the one that is open. */
export function HelpBrowser({ page, onPage, onOpen, mayCorrect }: HelpBrowserProps) {
  const { t, lang, label } = useText()
  const [query, setQuery] = useState('')
  const articles = useArticles()
  const search = useMemo(() => (articles.data ? helpSearch(articles.data, lang) : null), [articles.data, lang])
  const article = articles.data?.find(({ key }) => key === page)
  const hits = query.trim() === '' ? null : (search?.(query) ?? [])
  const open = (key: string): void => {
    setQuery('')
    onPage(key)
  }
  return (
    <div className="help-browser">
      <Input
        allowClear
        prefix={<SearchOutlined />}
        value={query}
        placeholder={t('help.searchHint')}
        aria-label={t('help.searchHint')}
        data-testid="help-search"
        onChange={(event) => setQuery(event.target.value)}
      />
      <Await query={articles}>
        {hits ? (
          hits.length === 0 ? (
            <Nothing text={t('help.nothing')} />
          ) : (
            <ul className="help-hits">
              {hits.map((hit) => (
                <li key={hit.article.key}>
                  <button type="button" data-testid="help-hit" onClick={() => open(hit.article.key)}>
                    <strong>{label(hit.article.title)}</strong>
                    <span className="muted">{hit.excerpt}</span>
                  </button>
                </li>
              ))}
            </ul>
          )
        ) : article ? (
          <OneArticle key={article.key} article={article} mayCorrect={mayCorrect} {...(onOpen ? { onOpen } : {})} />
        ) : (
          <Nothing text={t('help.noArticle')} />
        )}
        {hits ? null : (
          <details className="help-all">
            <summary>{t('help.all')}</summary>
            <ul>
              {(articles.data ?? []).map(({ key, title }) => (
                <li key={key}>
                  <button type="button" className="link-button" onClick={() => open(key)}>
                    {label(title)}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        )}
      </Await>
    </div>
  )
}

interface OneArticleProps {
  readonly article: Article
  readonly mayCorrect: boolean
  readonly onOpen?: (path: string) => void
}
function OneArticle({ article, mayCorrect, onOpen }: OneArticleProps) {
  const { t, label } = useText()
  const [editing, setEditing] = useState(false)
  const { path } = article
  return (
    <article data-testid="help-article" data-key={article.key}>
      <h2>{label(article.title)}</h2>
      <Markdown text={label(article.body)} />
      <Space wrap>
        {path !== null && onOpen ? <Button onClick={() => onOpen(path)}>{t('help.openPage')}</Button> : null}
        {mayCorrect ? (
          <Button icon={<EditOutlined />} data-testid="help-correct" onClick={() => setEditing(true)}>
            {t('help.correct')}
          </Button>
        ) : null}
        {article.row ? <span className="muted">{t('help.corrected')}</span> : null}
      </Space>
      {editing ? <Correction article={article} onClose={() => setEditing(false)} /> : null}
    </article>
  )
}

/** The article in the form of its record: a first correction begins with the words that came with the product. */
function Correction({ article, onClose }: { readonly article: Article; readonly onClose: () => void }) {
  const detail = useDetail(helpArticle, article.row ?? '')
  if (article.row !== null && !detail.data) return null
  return (
    <RecordForm
      record={helpArticle}
      row={detail.data?.row ?? null}
      titles={{}}
      preset={{
        key: article.key,
        title: article.title.zh,
        titleEn: article.title.en,
        body: article.body.zh,
        bodyEn: article.body.en,
      }}
      onClose={onClose}
    />
  )
}
