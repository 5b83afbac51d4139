import { Alert, Button, Modal } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../../i18n/index.ts'

const everyMs = 200

interface ScannerProps {
  readonly onCode: (code: string) => void
  readonly onClose: () => void
}

/** Reads a code with the camera, if there is one that may be used; typing always works. The decoder is loaded only when a camera runs. */
export function Scanner({ onCode, onClose }: ScannerProps) {
  const { t } = useText()
  const video = useRef<HTMLVideoElement>(null)
  const told = useRef(onCode)
  told.current = onCode
  const [failed, setFailed] = useState(false)

  useEffect(() => {
    const stopping = new AbortController()
    const { signal } = stopping
    const run = async (): Promise<void> => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      signal.addEventListener('abort', () => stream.getTracks().forEach((track) => track.stop()))
      if (signal.aborted || !video.current) return stream.getTracks().forEach((track) => track.stop())
      video.current.srcObject = stream
      await video.current.play()
      const detector = await openDetector()
      while (!signal.aborted && video.current) {
        const [found] = await detector.detect(video.current)
        if (found && !signal.aborted) return told.current(found.rawValue)
        await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
    }
    run().catch(() => setFailed(!signal.aborted))
    return () => stopping.abort()
  }, [])

  return (
    <Modal open footer={null} onCancel={onClose} title={t('round.scan')} destroyOnHidden>
      {failed ? (
        <Alert type="warning" showIcon title={t('round.noCamera')} action={<Button onClick={onClose}>{t('common.close')}</Button>} />
      ) : (
        <>
          <p className="muted">{t('round.scanning')}</p>
          <video ref={video} muted playsInline style={{ width: '100%', borderRadius: 8, background: '#000' }} />
        </>
      )}
    </Modal>
  )
}

/** The library's decoder comes from our own server: phones on a plant network reach no other. */
async function openDetector() {
  const [{ BarcodeDetector, prepareZXingModule }, { default: wasm }] = await Promise.all([
    import('barcode-detector/ponyfill'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new BarcodeDetector({ formats: ['qr_code', 'code_128', 'code_39', 'data_matrix', 'ean_13'] })
}
