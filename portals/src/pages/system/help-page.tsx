import { EditOutlined } from '@ant-design/icons'
import { term as termRecord } from '@twin/models/records'
import { Button, Input, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useMay } from '../../console/session.ts'
import { useText } from '../../i18n/index.ts'
import { useDetail } from '../../records/record-api.ts'
import { RecordForm } from '../../records/record-form.tsx'
import { HelpBrowser } from '../../ui/help/help-browser.tsx'
import { type Term, useTerms } from '../../ui/help/index.ts'
import { Await, Page, StateText } from '../../ui/widgets/index.ts'

/** All articles and all terms, to read in peace; what the drawer of each page shows in parts. */
export function HelpPage() {
  const { t } = useText()
  const [address, setAddress] = useSearchParams()
  const navigate = useNavigate()
  return (
    <Page title={t('help.title')} testId="help-page">
      <section className="panel">
        <HelpBrowser
          page={address.get('of') ?? 'help'}
          onPage={(of) => setAddress({ of }, { replace: true })}
          onOpen={(path) => void navigate(path)}
          mayCorrect={useMay('helpArticle:administer')}
        />
      </section>
      <section className="panel">
        <h2>{t('help.states')}</h2>
        <div className="tool-row">
          {(['running', 'standby', 'alarm', 'offline'] as const).map((state) => (
            <StateText key={state} state={state} />
          ))}
        </div>
        <p className="muted">{t('help.statesText')}</p>
      </section>
      <section className="panel">
        <h2>{t('help.keys')}</h2>
        <p className="muted">{t('help.keysText')}</p>
      </section>
      <Glossary />
    </Page>
  )
}

function Glossary() {
  const { t, label, lang } = useText()
  const mayCorrect = useMay('term:administer')
  const [words, setWords] = useState('')
  const [editing, setEditing] = useState<Term | null>(null)
  const terms = useTerms()
  const wanted = words.trim().toLowerCase()
  const shown = (terms.data ?? []).filter(({ term, meaning }) =>
    `${term.zh} ${term.en} ${meaning.zh} ${meaning.en}`.toLowerCase().includes(wanted),
  )
  const columns: TableColumnsType<Term> = [
    {
      title: t('help.term'),
      key: 'term',
      render: (_, { term }) => (
        <>
          <strong>{label(term)}</strong> <div className="muted">{lang === 'zh' ? term.en : term.zh}</div>
        </>
      ),
    },
    {
      title: t('help.meaning'),
      key: 'meaning',
      render: (_, { meaning, formula, row }) => (
        <>
          {label(meaning)}
          {formula ? (
            <div className="num">
              {t('help.formula')}: {formula}
            </div>
          ) : null}
          {row ? <div className="muted">{t('help.corrected')}</div> : null}
        </>
      ),
    },
    { title: t('help.unit'), key: 'unit', responsive: ['md'], render: (_, { unit }) => unit ?? '' },
    { title: t('help.source'), key: 'source', responsive: ['md'], render: (_, { source }) => source ?? '' },
    ...(mayCorrect
      ? [
          {
            key: 'correct',
            render: (_: unknown, one: Term) => (
              <Button
                size="small"
                type="text"
                icon={<EditOutlined />}
                aria-label={`${t('help.correct')}: ${label(one.term)}`}
                onClick={() => setEditing(one)}
              />
            ),
          },
        ]
      : []),
  ]
  return (
    <section className="panel" data-testid="glossary">
      <h2>{t('help.terms')}</h2>
      <Input.Search
        allowClear
        placeholder={t('help.findTerm')}
        aria-label={t('help.findTerm')}
        style={{ maxWidth: 280, marginBottom: 8 }}
        onChange={(event) => setWords(event.target.value)}
      />
      <Await query={terms}>
        <Table<Term>
          size="small"
          rowKey="key"
          columns={columns}
          dataSource={shown}
          pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        />
      </Await>
      {editing ? <TermForm one={editing} onClose={() => setEditing(null)} /> : null}
    </section>
  )
}

/** A first correction begins with the words that came with the product. */
function TermForm({ one, onClose }: { readonly one: Term; readonly onClose: () => void }) {
  const detail = useDetail(termRecord, one.row ?? '')
  if (one.row !== null && !detail.data) return null
  return (
    <RecordForm
      record={termRecord}
      row={detail.data?.row ?? null}
      titles={detail.data?.titles ?? {}}
      preset={{ name: one.term.zh, nameEn: one.term.en, meaning: one.meaning.zh, meaningEn: one.meaning.en }}
      onClose={onClose}
    />
  )
}
