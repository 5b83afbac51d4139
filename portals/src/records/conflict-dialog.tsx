import type { RecordModel } from '@twin/models/records'
import { Modal, Table } from 'antd'
import { useText } from '../i18n/index.ts'
import { FieldValue } from './field-value.tsx'
import type { Row, Titles, Values } from './record-api.ts'

interface ConflictDialogProps {
  readonly record: RecordModel
  readonly before: Row
  readonly mine: Values
  readonly theirs: Row
  readonly titles: Titles
  readonly onKeep: () => void
  readonly onTake: () => void
}

/** Two people changed the same row: what differs, side by side. */
export function ConflictDialog({ record, mine, theirs, titles, onKeep, onTake }: ConflictDialogProps) {
  const { label, t } = useText()
  const names = Object.keys(mine).filter(
    (name) => mine[name] !== undefined && JSON.stringify(mine[name]) !== JSON.stringify(theirs[name] ?? null),
  )
  const cell = (values: Values) => (name: string) => {
    const field = record.fields[name]
    return field ? <FieldValue record={record} name={name} field={field} value={values[name]} titles={titles} /> : null
  }
  return (
    <Modal
      open
      title={t('rec.conflict')}
      okText={t('rec.keepMine')}
      cancelText={t('rec.takeTheirs')}
      onOk={onKeep}
      onCancel={onTake}
      width={720}
    >
      <p>{t('rec.conflictHint')}</p>
      <Table
        size="small"
        pagination={false}
        rowKey={(name) => name}
        dataSource={names}
        columns={[
          {
            key: 'field',
            title: t('rec.field'),
            render: (_: unknown, name: string) => label(record.fields[name]?.label ?? { zh: name, en: name }),
          },
          { key: 'mine', title: t('rec.yours'), render: (_: unknown, name: string) => cell(mine)(name) },
          { key: 'theirs', title: t('rec.theirs'), render: (_: unknown, name: string) => cell(theirs)(name) },
        ]}
      />
    </Modal>
  )
}
