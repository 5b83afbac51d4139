import { useText } from '../../../i18n/index.ts'
import { Page } from '../../../ui/widgets/index.ts'
import { CommandTable } from './command-table.tsx'

export function CommandsPage() {
  const { t } = useText()
  return (
    <Page title={t('command.title')} testId="commands-page">
      <CommandTable />
    </Page>
  )
}
