import type { AnalysisName } from '@twin/models/analysis'
import { distribution } from './distribution.ts'
import { investment } from './investment.ts'
import { output } from './output.ts'
import type { Source } from './source.ts'
import { use } from './use.ts'

/** Where the rows of each analysis come from. */
export const sources: Readonly<Record<AnalysisName, Source>> = { investment, use, distribution, output }
export { type Asked, edgesIn, type Source } from './source.ts'
