import { App, Button, Modal, Progress } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { ApiFailure, failureLabel, send } from '../api/index.ts'
import { failureFrom } from '../api/client.ts'
import { useText } from '../i18n/index.ts'
import { formatBytes, formatNumber } from '../ui/format.ts'

interface ExportDialogProps {
  /** Address of the file, without a ticket. */
  readonly address: string
  readonly title: string
  readonly onClose: () => void
}
interface State {
  readonly total: number
  readonly done: number
  readonly bytes: number
}

/** Fetches a file that the server writes while it reads: says how far it is, and stops when told to. */
export function ExportDialog({ address, title, onClose }: ExportDialogProps) {
  const { t, label } = useText()
  const { message } = App.useApp()
  const [state, setState] = useState<State>({ total: 0, done: 0, bytes: 0 })
  const [stop] = useState(() => new AbortController())
  const begun = useRef(false)
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    const ticket = crypto.randomUUID()
    const ask = setInterval(() => {
      // Another server than the one that writes does not know the ticket: then the bytes tell alone.
      send('get', `/api/exports/${ticket}`, undefined, stop.signal).then(
        (answer) => setState((before) => ({ ...before, ...(answer as { done: number; total: number }) })),
        () => undefined,
      )
    }, 500)
    fetchFile(`${address}&ticket=${ticket}`, stop.signal, (change) => setState((before) => ({ ...before, ...change })))
      .then(
        ({ total }) => void message.success(t('rec.exportDone', { total: formatNumber(total, 0) })),
        (error: unknown) => {
          if (stop.signal.aborted) void message.info(t('rec.exportStopped'))
          else void message.error(label(failureLabel(error)))
        },
      )
      .finally(() => {
        clearInterval(ask)
        onClose()
      })
  }, [address, label, message, onClose, stop, t])
  const { total, done, bytes } = state
  return (
    <Modal
      open
      title={`${t('rec.exporting')} · ${title}`}
      closable={false}
      mask={{ closable: false }}
      onCancel={() => stop.abort()}
      footer={
        <Button data-testid="export-cancel" onClick={() => stop.abort()}>
          {t('rec.cancel')}
        </Button>
      }
      data-testid="export-dialog"
    >
      <Progress percent={total > 0 ? Math.floor((done / total) * 100) : 0} status="active" />
      <p className="muted" data-testid="export-progress" data-done={done}>
        {t('rec.exportRows', { done: formatNumber(done, 0), total: formatNumber(total, 0), size: formatBytes(bytes) })}
      </p>
    </Modal>
  )
}

/** Rejects with ApiFailure, or an AbortError once the signal fires. */
async function fetchFile(
  address: string,
  signal: AbortSignal,
  tell: (change: Partial<State>) => void,
): Promise<{ readonly total: number }> {
  const response = await fetch(address, { credentials: 'same-origin', signal })
  if (!response.ok) throw failureFrom(response.status, await response.json().catch(() => null))
  const total = Number(response.headers.get('x-total-rows') ?? 0)
  tell({ total })
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  if (!reader) throw new ApiFailure(0, 'unreadable', { zh: '文件无法读取', en: 'The file cannot be read' })
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    bytes += value.byteLength
    tell({ bytes })
  }
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(parts, { type: response.headers.get('content-type') ?? '' }))
  link.download = name ? decodeURIComponent(name) : 'export'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return { total }
}
