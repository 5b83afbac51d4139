import { operations } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Button, Form, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { Refusal } from '../../../ui/widgets/index.ts'

interface Place {
  readonly lat: number
  readonly lng: number
}

/** A coordinate typed in by hand. */
function PlaceDialog({
  title,
  initial,
  busy,
  error,
  onSave,
  onClose,
}: {
  readonly title: string
  readonly initial: Place | null
  readonly busy: boolean
  readonly error: Error | null
  readonly onSave: (place: Place) => void
  readonly onClose: () => void
}) {
  const { t } = useText()
  const [form] = Form.useForm<Place>()
  const required = [{ required: true, message: t('common.required') }]
  return (
    <Modal open title={title} okText={t('common.save')} confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose} width={380}>
      <Form form={form} layout="vertical" initialValues={initial ?? {}} onFinish={onSave} data-testid="place-form">
        <Form.Item name="lat" label={`${t('position.lat')} (WGS-84)`} rules={required}>
          <InputNumber min={-90} max={90} step={0.0001} precision={6} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="lng" label={`${t('position.lng')} (WGS-84)`} rules={required}>
          <InputNumber min={-180} max={180} step={0.0001} precision={6} style={{ width: '100%' }} />
        </Form.Item>
        <Refusal error={error} form={form} />
      </Form>
    </Modal>
  )
}

export function CorrectButton({ device, current }: { readonly device: string; readonly current: Place | null }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const correct = useAction(operations.correctPosition, { quiet: true, done: t('common.saved'), refresh: [operations.position] })
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="correct-position">
        {t('position.correct')}
      </Button>
      {open ? (
        <PlaceDialog
          title={t('position.correct')}
          initial={current}
          busy={correct.isPending}
          error={correct.error}
          onClose={() => setOpen(false)}
          onSave={({ lat, lng }) => correct.mutate({ params: { device }, body: { lat, lng } }, { onSuccess: () => setOpen(false) })}
        />
      ) : null}
    </>
  )
}

export function MoveSiteButton({ config }: { readonly config: StationConfig }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const move = useAction(operations.moveSite, {
    quiet: true,
    done: t('common.saved'),
    refresh: [operations.station, operations.stations, operations.position],
  })
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="move-site">
        {t('position.moveSite')}
      </Button>
      {open ? (
        <PlaceDialog
          title={t('position.moveSite')}
          initial={config.position}
          busy={move.isPending}
          error={move.error}
          onClose={() => setOpen(false)}
          onSave={({ lat, lng }) =>
            move.mutate({ params: { station: config.id }, body: { lat, lng } }, { onSuccess: () => setOpen(false) })
          }
        />
      ) : null}
    </>
  )
}

export function FenceButton({ config }: { readonly config: StationConfig }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const [radius, setRadius] = useState<number | null>(config.fenceRadius)
  const fence = useAction(operations.setFence, { quiet: true, done: t('common.saved'), refresh: [operations.station] })
  const save = (value: number | null): void =>
    fence.mutate({ params: { station: config.id }, body: { radius: value } }, { onSuccess: () => setOpen(false) })
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="fence-button">
        {t('position.fenceSet')} {config.fenceRadius === null ? '' : `(${config.fenceRadius} m)`}
      </Button>
      {open ? (
        <Modal
          open
          title={t('position.fenceSet')}
          width={360}
          onCancel={() => setOpen(false)}
          footer={[
            <Button key="none" onClick={() => save(null)}>
              {t('position.fenceNone')}
            </Button>,
            <Button key="save" type="primary" disabled={radius === null} loading={fence.isPending} onClick={() => save(radius)}>
              {t('common.save')}
            </Button>,
          ]}
        >
          <label>
            {t('position.fence')}
            <InputNumber
              min={10}
              max={100_000}
              value={radius}
              onChange={setRadius}
              {...(fence.error ? { status: 'error' as const } : {})}
              suffix="m"
              style={{ width: '100%' }}
            />
          </label>
          <Refusal error={fence.error} />
        </Modal>
      ) : null}
    </>
  )
}
