import { FilterOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { useText } from '../../i18n/index.ts'

/** Filters that stand open on a desk and behind a button on a phone, where they would push the list out of sight. */
export function PhoneFold({ count, children }: { readonly count: number; readonly children: ReactNode }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  return (
    <div className={open ? 'phone-fold open' : 'phone-fold'}>
      <Button
        className="phone-only"
        icon={<FilterOutlined />}
        aria-expanded={open}
        data-testid="filters-toggle"
        onClick={() => setOpen(!open)}
      >
        {t('common.filters')}
        {count > 0 ? ` (${count})` : ''}
      </Button>
      <div className="phone-fold-body">{children}</div>
    </div>
  )
}
