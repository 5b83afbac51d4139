/** Bands of a time-of-use tariff; sharp and deep valley are the extremes some provinces add. */
export const tariffBands = {
  sharp: ['尖峰', 'Sharp peak'],
  peak: ['高峰', 'Peak'],
  flat: ['平段', 'Flat'],
  valley: ['低谷', 'Valley'],
  deepValley: ['深谷', 'Deep valley'],
} as const
export type BandName = keyof typeof tariffBands
