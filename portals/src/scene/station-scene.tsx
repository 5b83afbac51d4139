import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Button, Tooltip } from 'antd'
import type { StationConfig } from '@twin/models/stations'
import { StationSceneView } from './scene.ts'
import type { CameraPreset, SceneUpdate } from './types.ts'
import './scene.css'

const presets: readonly { readonly key: CameraPreset; readonly zh: string; readonly en: string }[] = [
  { key: 'overview', zh: '全景', en: 'Overview' },
  { key: 'top', zh: '俯视', en: 'Top' },
  { key: 'front', zh: '正视', en: 'Front' },
  { key: 'selected', zh: '选中设备', en: 'Selected' },
]

export interface StationSceneProps {
  readonly config: StationConfig
  readonly update: SceneUpdate
  readonly selected: string | null
  readonly onSelect: (device: string | null) => void
  readonly theme: 'dark' | 'light'
  readonly language: 'zh' | 'en'
  /** Called once when the browser can't draw it; the page then shows the 2D diagram. */
  readonly onUnavailable: () => void
}

/** Arrow keys turn the view, + and − zoom, 1–4 choose a view, Tab walks through the machines, Escape lets go. */
export function StationScene({ config, update, selected, onSelect, theme, language, onUnavailable }: StationSceneProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<StationSceneView | null>(null)
  const callbacks = useRef({ onSelect, onUnavailable })
  callbacks.current = { onSelect, onUnavailable }
  const [ready, setReady] = useState(false)

  useEffect(() => {
    if (!host.current) return undefined
    try {
      view.current = new StationSceneView(host.current, { config, theme, onSelect: (id) => callbacks.current.onSelect(id) })
    } catch {
      callbacks.current.onUnavailable()
      return undefined
    }
    setReady(true)
    return () => {
      view.current?.dispose()
      view.current = null
      setReady(false)
    }
  }, [config, theme])
  useEffect(() => view.current?.show(update), [update, ready])
  useEffect(() => view.current?.select(selected), [selected, ready])

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = 0.12
    const moves: Record<string, [number, number, number]> = {
      ArrowLeft: [-step, 0, 1],
      ArrowRight: [step, 0, 1],
      ArrowUp: [0, -step, 1],
      ArrowDown: [0, step, 1],
      '+': [0, 0, 0.88],
      '=': [0, 0, 0.88],
      '-': [0, 0, 1.14],
    }
    const move = moves[event.key]
    const preset = presets[Number(event.key) - 1]
    if (move) view.current?.nudge(...move)
    else if (preset) view.current?.preset(preset.key)
    else if (event.key === 'Escape') onSelect(null)
    else return
    event.preventDefault()
  }

  const label =
    language === 'zh'
      ? `${config.name} 三维站点，方向键旋转，加减号缩放`
      : `3D view of ${config.nameEn || config.name}; arrow keys turn, plus and minus zoom`
  return (
    <div ref={host} className="scene-host" role="group" aria-label={label} tabIndex={0} onKeyDown={onKeyDown} data-testid="station-scene">
      <div className="scene-presets">
        {presets.map((preset, index) => (
          <Tooltip key={preset.key} title={`${preset[language]} (${index + 1})`}>
            <Button size="small" disabled={preset.key === 'selected' && selected === null} onClick={() => view.current?.preset(preset.key)}>
              {preset[language]}
            </Button>
          </Tooltip>
        ))}
      </div>
    </div>
  )
}
