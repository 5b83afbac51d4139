import { QuestionCircleOutlined } from '@ant-design/icons'
import type { TermKey } from '@twin/models/glossary'
import { useText } from '../../i18n/index.ts'

/** A term explained where it stands: `ExplainLayer` shows the glossary's words. */
export function HelpTip({ term }: { readonly term: TermKey }) {
  const { t } = useText()
  return (
    <button type="button" className="help-tip" data-term={term} aria-label={t('common.help')}>
      <QuestionCircleOutlined />
    </button>
  )
}
