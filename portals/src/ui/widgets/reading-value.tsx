import type { Reading } from '../mapper/index.ts'
import { valueText } from '../mapper/index.ts'
import { formatTime, unitSign } from '../format.ts'
import { useText } from '../../i18n/index.ts'

interface ReadingValueProps {
  readonly reading: Reading | undefined
  readonly withUnit?: boolean
}

/** A live value: grey and marked when it is not to be trusted, with source time and quality on hover. */
export function ReadingValue({ reading, withUnit = true }: ReadingValueProps) {
  const { lang, t } = useText()
  if (!reading) return <span className="reading never">—</span>
  const text = valueText(reading.point, reading.value, lang)
  const sign = withUnit && text !== '—' ? unitSign(reading.point.unit) : ''
  const title = `${t(`quality.${reading.quality}`)} · ${formatTime(reading.at, 'full', lang)}`
  return (
    <span className={`reading ${reading.stale ? 'stale' : ''} ${reading.quality}`} title={title} data-quality={reading.quality}>
      {text}
      {sign ? <small> {sign}</small> : null}
    </span>
  )
}
