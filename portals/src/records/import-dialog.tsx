import { UploadOutlined } from '@ant-design/icons'
import type { RecordModel } from '@twin/models/records'
import { Alert, App, Button, Modal, Space, Table, Upload } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/index.ts'
import { addressOf, type Fault, sendBytes, useChange } from './record-api.ts'

interface Result {
  readonly rows: number
  readonly faults: readonly Fault[]
  readonly imported: number
}

/** A file is tried first; every fault is named with its row and field, and only a file without faults can be imported. */
export function ImportDialog({ record, onClose }: { readonly record: RecordModel; readonly onClose: () => void }) {
  const { label, t } = useText()
  const { message } = App.useApp()
  const [file, setFile] = useState<File | null>(null)
  const run = useChange<{ readonly file: File; readonly dry: boolean }, Result>(
    record,
    async (input) => (await sendBytes(`${addressOf(record, '/import')}?dry=${input.dry}`, input.file)) as Result,
  )
  const result = run.data
  return (
    <Modal open title={`${t('rec.import')} · ${label(record.label)}`} onCancel={onClose} footer={null} width={720}>
      <Space orientation="vertical" style={{ width: '100%' }}>
        <p className="muted">{t('rec.importHint')}</p>
        <Upload
          accept=".csv,.xlsx"
          maxCount={1}
          beforeUpload={(chosen) => {
            setFile(chosen)
            run.mutate({ file: chosen, dry: true })
            return false
          }}
          onRemove={() => {
            setFile(null)
            run.reset()
          }}
        >
          <Button icon={<UploadOutlined />} loading={run.isPending}>
            {t('rec.choose')}
          </Button>
        </Upload>
        {result && result.imported === 0 ? (
          <Alert
            type={result.faults.length > 0 ? 'error' : 'success'}
            showIcon
            title={`${t('rec.importRows', { n: result.rows })} · ${result.faults.length > 0 ? t('rec.importBad', { n: result.faults.length }) : t('rec.importGood')}`}
          />
        ) : null}
        {result && result.faults.length > 0 ? (
          <Table<Fault>
            size="small"
            rowKey={(fault) => `${fault.row}-${fault.field ?? ''}`}
            dataSource={[...result.faults]}
            columns={[
              { key: 'row', title: t('rec.row'), dataIndex: 'row', width: 80 },
              {
                key: 'field',
                title: t('rec.field'),
                render: (_: unknown, fault: Fault) =>
                  label(record.fields[fault.field ?? '']?.label ?? { zh: fault.field ?? '—', en: fault.field ?? '—' }),
              },
              { key: 'fault', title: t('rec.fault'), render: (_: unknown, fault: Fault) => label(fault.message) },
            ]}
          />
        ) : null}
        {file && result && result.faults.length === 0 && result.rows > 0 && result.imported === 0 ? (
          <Button
            type="primary"
            loading={run.isPending}
            onClick={() =>
              run.mutate(
                { file, dry: false },
                {
                  onSuccess: ({ imported }) => {
                    if (imported === 0) return
                    void message.success(t('rec.imported', { n: imported }))
                    onClose()
                  },
                },
              )
            }
          >
            {t('rec.importGo', { n: result.rows })}
          </Button>
        ) : null}
      </Space>
    </Modal>
  )
}
