import { QuestionCircleOutlined } from '@ant-design/icons'
import { Popover } from 'antd'
import { glossary, useText } from '../../i18n/index.ts'

/** A term explained where it stands. */
export function HelpTip({ term }: { readonly term: keyof typeof glossary }) {
  const { label, t } = useText()
  const entry = glossary[term]
  return (
    <Popover
      trigger={['hover', 'focus', 'click']}
      title={label(entry.term)}
      content={<div className="help-text">{label(entry.meaning)}</div>}
    >
      <button type="button" className="help-tip" aria-label={`${t('common.help')}: ${label(entry.term)}`}>
        <QuestionCircleOutlined />
      </button>
    </Popover>
  )
}
