import { QuestionCircleOutlined } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { helpKeyOf } from '@twin/models/help'
import { useMay } from '../../console/session.ts'
import { useText } from '../../i18n/index.ts'
import { useHelp } from './use-help.ts'

export const HelpDrawer = lazy(() => import('./help-drawer.tsx').then((module) => ({ default: module.HelpDrawer })))

const writing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select, [role=combobox]'))

/** Help for the page one is on: the button, F1, or ? where nothing is being written. */
export function HelpButton() {
  const { t } = useText()
  const { open, show, close } = useHelp()
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const mayCorrect = useMay('helpArticle:administer')
  const [ever, setEver] = useState(false)
  const key = helpKeyOf(pathname)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'F1' && (event.key !== '?' || writing(event.target))) return
      event.preventDefault()
      show(key)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [key, show])
  useEffect(() => {
    if (open !== null) setEver(true)
  }, [open])
  return (
    <>
      <Tooltip title={`${t('help.ofPage')} (F1)`}>
        <Button
          type="text"
          icon={<QuestionCircleOutlined />}
          aria-label={t('help.ofPage')}
          data-testid="help-open"
          onClick={() => (open === null ? show(key) : close())}
        />
      </Tooltip>
      {ever ? (
        <Suspense fallback={null}>
          <HelpDrawer mayCorrect={mayCorrect} onOpen={(path) => void navigate(path)} />
        </Suspense>
      ) : null}
    </>
  )
}
