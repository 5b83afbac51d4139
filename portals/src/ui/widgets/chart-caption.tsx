import { useText } from '../../i18n/index.ts'

/** Units of what is drawn and where it comes from, under every chart. */
export function ChartCaption({ units, source }: { readonly units: readonly string[]; readonly source: string }) {
  const { t } = useText()
  const signs = [...new Set(units.map((unit) => unit || '1'))]
  return (
    <figcaption className="chart-caption muted" data-testid="chart-caption">
      {signs.length > 0 ? `${t('help.unit')}: ${signs.join(', ')} · ` : ''}
      {t('help.source')}: {source}
    </figcaption>
  )
}
