import { Drawer } from 'antd'
import { useText } from '../../i18n/index.ts'
import { HelpBrowser } from './help-browser.tsx'
import { useHelp } from './use-help.ts'

interface HelpDrawerProps {
  readonly mayCorrect: boolean
  readonly onOpen?: (path: string) => void
}

/** The article of the page, beside the page: no mask, so that one reads and does at the same time. */
export function HelpDrawer({ mayCorrect, onOpen }: HelpDrawerProps) {
  const { t } = useText()
  const { open, show, close } = useHelp()
  return (
    <Drawer open={open !== null} onClose={close} size={440} mask={false} title={t('help.title')} data-testid="help-drawer">
      {open === null ? null : (
        <HelpBrowser
          page={open}
          onPage={show}
          mayCorrect={mayCorrect}
          {...(onOpen
            ? {
                onOpen: (path: string) => {
                  close()
                  onOpen(path)
                },
              }
            : {})}
        />
      )}
    </Drawer>
  )
}
