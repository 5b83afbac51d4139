import { FolderOpenOutlined } from '@ant-design/icons'
import type { StationConfig } from '@twin/models/stations'
import { Button, Dropdown, Input, Modal } from 'antd'
import { useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { forgetPreset, savedPresets, savePreset, stationPresets } from './trend-presets.ts'

interface TrendPresetsProps {
  readonly stations: readonly StationConfig[]
  readonly value: readonly string[]
  readonly onChoose: (series: readonly string[]) => void
}

export function TrendPresets({ stations, value, onChoose }: TrendPresetsProps) {
  const { t } = useText()
  const [saved, setSaved] = useState(savedPresets)
  const [naming, setNaming] = useState<string | null>(null)
  const [first] = stations
  const given = first ? stationPresets(first) : undefined
  const items = [
    ...(given
      ? [
          { key: '#overview', label: t('trend.presetStation') },
          { key: '#units', label: t('trend.presetUnits') },
        ]
      : []),
    ...(saved.length > 0 ? [{ type: 'divider' as const }] : []),
    ...saved.map((preset) => ({
      key: preset.name,
      label: (
        <span className="preset">
          {preset.name}
          <Button
            size="small"
            type="text"
            aria-label={`${t('common.delete')}: ${preset.name}`}
            onClick={(event) => {
              event.stopPropagation()
              setSaved(forgetPreset(preset.name))
            }}
          >
            ✕
          </Button>
        </span>
      ),
    })),
    { type: 'divider' as const },
    { key: '#save', label: t('trend.savePreset'), disabled: value.length === 0 },
  ]
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items,
          onClick: ({ key }) => {
            if (key === '#save') setNaming('')
            else if (key === '#overview') onChoose(given?.overview ?? [])
            else if (key === '#units') onChoose(given?.units ?? [])
            else onChoose(saved.find((preset) => preset.name === key)?.series ?? [])
          },
        }}
      >
        <Button icon={<FolderOpenOutlined />} data-testid="trend-presets">
          {t('trend.presets')}
        </Button>
      </Dropdown>
      <Modal
        open={naming !== null}
        title={t('trend.savePreset')}
        okButtonProps={{ disabled: !naming?.trim() }}
        onCancel={() => setNaming(null)}
        onOk={() => {
          setSaved(savePreset({ name: naming?.trim() ?? '', series: [...value] }))
          setNaming(null)
        }}
      >
        <Input
          value={naming ?? ''}
          onChange={(event) => setNaming(event.target.value)}
          placeholder={t('trend.presetName')}
          aria-label={t('trend.presetName')}
          maxLength={40}
        />
      </Modal>
    </>
  )
}
