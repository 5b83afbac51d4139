import { EyeOutlined } from '@ant-design/icons'
import type { RecordModel } from '@twin/models/records'
import { Button, Space } from 'antd'
import { useState } from 'react'
import { send } from '../api/index.ts'
import { useMay } from '../console/session.ts'
import { useText } from '../i18n/index.ts'
import { plain } from './plain.ts'
import { addressOf, useChange } from './record-api.ts'

interface PersonalValueProps {
  readonly record: RecordModel
  readonly id: string
  readonly name: string
  /** Masked. */
  readonly value: unknown
}

/** A personal value: masked until somebody who may see it asks; each time he does stands in the log. */
export function PersonalValue({ record, id, name, value }: PersonalValueProps) {
  const { t } = useText()
  const may = useMay('personal:view')
  const [full, setFull] = useState<string | null>(null)
  const show = useChange<null, { readonly value: unknown }>(
    record,
    async () => (await send('post', addressOf(record, `/${id}/show/${name}`), {})) as { value: unknown },
  )
  return (
    <Space size="small">
      <span className="num" data-testid={`personal-${name}`}>
        {full ?? plain(value)}
      </span>
      {may && full === null ? (
        <Button
          size="small"
          icon={<EyeOutlined />}
          loading={show.isPending}
          title={t('rec.showLogged')}
          data-testid={`show-${name}`}
          onClick={() => show.mutate(null, { onSuccess: (answer) => setFull(plain(answer.value)) })}
        >
          {t('rec.show')}
        </Button>
      ) : null}
    </Space>
  )
}
