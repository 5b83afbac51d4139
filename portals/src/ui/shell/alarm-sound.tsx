import { BellOutlined, MutedOutlined } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { useEffect } from 'react'
import { useText } from '../../i18n/index.ts'
import { useLive } from '../../live/index.ts'
import { usePreferences } from '../preferences.ts'
import { playTone, repeatMs, soundingPriority, unlockSound } from './sound.ts'

/** Switch of the alarm sound, and the sound itself: at once when the loudest priority changes, then repeated until acknowledged. */
export function AlarmSound() {
  const { t } = useText()
  const { sound, volume, set } = usePreferences()
  const priority = useLive((state) => soundingPriority(state.fleet?.alarms ?? []))
  const newest = useLive((state) => state.fleet?.alarms[0]?.occurrence)

  useEffect(() => {
    if (!sound || !priority) return
    playTone(priority, volume)
    const timer = setInterval(() => playTone(priority, volume), repeatMs(priority))
    return () => clearInterval(timer)
  }, [sound, priority, newest, volume])

  const title = t(sound ? 'shell.soundOn' : 'shell.soundOff')
  return (
    <Tooltip title={title}>
      <Button
        type="text"
        aria-label={title}
        aria-pressed={sound}
        data-testid="sound-toggle"
        data-sounding={sound && priority ? priority : 'none'}
        icon={sound ? <BellOutlined style={{ color: 'var(--running)' }} /> : <MutedOutlined />}
        onClick={() => {
          unlockSound()
          set({ sound: !sound })
        }}
      />
    </Tooltip>
  )
}
