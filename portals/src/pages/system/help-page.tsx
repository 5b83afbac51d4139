import { Table, type TableColumnsType } from 'antd'
import { glossary, useText, type GlossaryTerm } from '../../i18n/index.ts'
import { Page, StateText } from '../../ui/widgets/index.ts'

export function HelpPage() {
  const { t, label, lang } = useText()
  const columns: TableColumnsType<GlossaryTerm> = [
    {
      title: t('help.term'),
      key: 'term',
      render: (_, entry) => (
        <>
          <strong>{label(entry.term)}</strong> <div className="muted">{lang === 'zh' ? entry.term.en : entry.term.zh}</div>
        </>
      ),
    },
    { title: t('help.meaning'), key: 'meaning', render: (_, entry) => label(entry.meaning) },
  ]
  return (
    <Page title={t('help.title')} testId="help-page">
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
      <section className="panel">
        <h2>{t('help.terms')}</h2>
        <Table<GlossaryTerm>
          size="small"
          rowKey={(entry) => entry.term.en}
          columns={columns}
          dataSource={Object.values(glossary)}
          pagination={false}
        />
      </section>
    </Page>
  )
}
