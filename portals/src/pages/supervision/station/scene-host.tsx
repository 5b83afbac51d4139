import type { StationView } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import { useMemo } from 'react'
import { useText } from '../../../i18n/index.ts'
import { sceneUpdate, StationScene } from '../../../scene/index.ts'
import { usePreferences } from '../../../ui/preferences.ts'

interface SceneHostProps {
  readonly config: StationConfig
  readonly view: StationView | undefined
  readonly now: number
  readonly selected: string | null
  readonly onSelect: (device: string | null) => void
  readonly onUnavailable: () => void
}

const empty = { devices: new Map(), flows: new Map() }

/** Feeds the scene: in a chunk of its own, with three.js. */
export function SceneHost({ config, view, now, ...rest }: SceneHostProps) {
  const { lang } = useText()
  const theme = usePreferences((state) => state.theme)
  // A second is fine enough for ageing; the view itself changes with every frame.
  const at = Math.floor(now / 1000) * 1000
  const update = useMemo(() => (view ? sceneUpdate(config, view, at, lang) : empty), [config, view, at, lang])
  return <StationScene config={config} update={update} theme={theme} language={lang} {...rest} />
}
