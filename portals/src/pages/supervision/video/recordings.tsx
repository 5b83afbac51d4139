import { useMutation } from '@tanstack/react-query'
import { App, Button, Modal, Table, Tag } from 'antd'
import { useState } from 'react'
import { ApiFailure, send } from '../../../api/index.ts'
import { permits, useMe } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { formatTime } from '../../../ui/format.ts'
import { type CameraRow, type RecordingRow, useRecordings } from './camera-api.ts'

const tones = { recording: 'processing', ready: 'success', failed: 'error' } as const

/** What was recorded from a camera, latest first, to be played back; and a minute by hand. */
export function Recordings({ camera }: { readonly camera: CameraRow }) {
  const { t, label } = useText()
  const { permissions } = useMe()
  const { message } = App.useApp()
  const rows = useRecordings(camera.id)
  const [playing, setPlaying] = useState<RecordingRow | null>(null)
  const record = useMutation({
    mutationFn: () => send('post', `/api/video/cameras/${camera.id}/recordings`, {}),
    onSuccess: () => void message.success(t('video.recordingBegun')),
    onError: (error) => void message.error(error instanceof ApiFailure ? label(error.text) : t('common.failed')),
  })
  return (
    <section aria-label={t('video.recordings')}>
      <div className="camera-head">
        <h2>{t('video.recordings')}</h2>
        {permits(permissions, 'videoCamera:approve') ? (
          <Button onClick={() => record.mutate()} loading={record.isPending} data-testid="record-minute">
            {t('video.recordMinute')}
          </Button>
        ) : null}
      </div>
      <Table<RecordingRow>
        size="small"
        rowKey="id"
        loading={rows.isPending}
        dataSource={[...(rows.data ?? [])]}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('video.noRecordings') }}
        columns={[
          { title: t('video.begins'), dataIndex: 'begins', render: (at: number) => formatTime(at) },
          { title: t('video.reason'), render: (_, row) => t(`video.reason.${row.reason}`) },
          { title: t('video.source'), dataIndex: 'source', ellipsis: true, width: 260 },
          { title: t('video.length'), render: (_, row) => (row.seconds === null ? '–' : `${row.seconds} s`) },
          {
            title: t('video.state'),
            render: (_, row) => (
              <Tag color={tones[row.status]} {...(row.detail ? { title: row.detail } : {})}>
                {t(`video.recording.${row.status}`)}
              </Tag>
            ),
          },
          {
            key: 'play',
            render: (_, row) => (
              <Button size="small" disabled={row.status !== 'ready'} onClick={() => setPlaying(row)} data-testid={`play-${row.id}`}>
                {t('video.play')}
              </Button>
            ),
          },
        ]}
      />
      <Modal
        open={playing !== null}
        onCancel={() => setPlaying(null)}
        footer={null}
        width={760}
        destroyOnHidden
        title={playing ? `${camera.name} · ${formatTime(playing.begins)}` : ''}
      >
        {playing ? (
          <video
            className="camera-playback"
            src={`/api/video/recordings/${playing.id}/file`}
            controls
            autoPlay
            muted
            data-testid="playback"
            aria-label={camera.name}
          />
        ) : null}
      </Modal>
    </section>
  )
}
