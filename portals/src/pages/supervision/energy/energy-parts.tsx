import { operations } from '@twin/models/api'
import { tariffBands } from '@twin/models/energy'
import type { z } from 'zod'
import { hiddenAmount, seesMoney } from '../../../console/amounts.ts'
import { useText, type TextKey } from '../../../i18n/index.ts'
import { formatNumber } from '../../../ui/format.ts'

type Costs = z.output<Exclude<(typeof operations.energyCosts)['result'], 'file'>>
export type CostPeriod = Costs['total']
export type BandCost = CostPeriod['bands'][number]

export const formatMoney = (fen: number | null): string =>
  !seesMoney() ? hiddenAmount : fen === null ? '—' : `¥ ${formatNumber(fen / 100, 2)}`
export const formatKwh = (wh: number | null): string => formatNumber(wh === null ? null : wh / 1000, 3)

export function useBandName(): (band: BandCost['band']) => string {
  const { t, label } = useText()
  return (band) => {
    if (band === null) return t('cost.band.none' satisfies TextKey)
    const [zh, en] = tariffBands[band]
    return label({ zh, en })
  }
}
export const bandColours: Readonly<Record<string, string>> = {
  sharp: '#e0526b',
  peak: '#f08c3a',
  flat: '#4d9fe0',
  valley: '#3bb07a',
  deepValley: '#2b8a83',
  none: '#8a94a3',
}
