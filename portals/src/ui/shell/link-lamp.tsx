import { Tooltip } from 'antd'
import { useEffect, useState } from 'react'
import { useText } from '../../i18n/index.ts'
import { serverNow, useLive } from '../../live/index.ts'
import { formatTime } from '../format.ts'

const words = { online: 'shell.linkOnline', connecting: 'shell.linkConnecting', offline: 'shell.linkOffline' } as const

/** Whether what is on screen is still live. */
export function LinkLamp() {
  const { t } = useText()
  const link = useLive((state) => state.link)
  return (
    <Tooltip title={t(words[link])}>
      <span className="link-dot" data-link={link} data-testid="link-lamp" role="status" aria-label={t(words[link])}>
        <i />
        <span className="hide-phone">{t('common.live')}</span>
      </span>
    </Tooltip>
  )
}

export function Clock() {
  const { t, lang } = useText()
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <Tooltip title={t('shell.serverTime')}>
      <time className="clock">{formatTime(now, 'full', lang)}</time>
    </Tooltip>
  )
}
