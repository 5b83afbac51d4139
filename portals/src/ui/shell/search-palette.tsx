import { SearchOutlined } from '@ant-design/icons'
import { Button, Modal } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useText } from '../../i18n/index.ts'
import { Loading } from '../widgets/index.ts'

// Needed by who searches, not by the first page.
const PaletteBody = lazy(() => import('./palette-body.tsx').then((module) => ({ default: module.PaletteBody })))

/** Finds stations, devices, assets, tickets, documents and pages by their words, from anywhere: Ctrl-K, arrows, Enter. */
export function SearchPalette() {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen(true)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <Button
        type="text"
        icon={<SearchOutlined />}
        onClick={() => setOpen(true)}
        data-testid="search-open"
        aria-label={t('shell.search')}
        aria-keyshortcuts="Control+K Meta+K"
        title={`${t('shell.search')} (Ctrl K)`}
      />
      <Modal
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        closable={false}
        destroyOnHidden
        width={640}
        aria-label={t('shell.search')}
      >
        <Suspense fallback={<Loading small />}>
          <PaletteBody onDone={() => setOpen(false)} />
        </Suspense>
      </Modal>
    </>
  )
}
