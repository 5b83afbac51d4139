import { isMoneyUnit } from '@twin/models/analysis'
import { hiddenAmount, seesMoney } from '../../console/amounts.ts'
import { formatNumber, unitSign } from '../../ui/format.ts'

const digits: Readonly<Record<string, number>> = { fen: 2, h: 2, '1': 0, '%': 2, 'm3/kWh': 3, 'm3/¥': 3, m3: 1, kWh: 1 }

/** Money is fen: people read yuan. */
export const inUnit = (value: number | null, unit: string): number | null => (value !== null && unit === 'fen' ? value / 100 : value)
export const figure = (value: number | null, unit: string): string =>
  isMoneyUnit(unit) && !seesMoney() ? hiddenAmount : formatNumber(inUnit(value, unit), digits[unit])
export const unitWord = (unit: string): string => (unit === 'fen' ? '¥' : unit === 'm3/¥' ? 'm³/¥' : unitSign(unit))
