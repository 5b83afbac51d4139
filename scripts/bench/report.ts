import { cpus } from 'node:os'

/** One line of the result table. */
export interface Row {
  readonly what: string
  readonly figure: string
  readonly baseline: string
  readonly ratio: string
  readonly target: string
  /** null = no target. */
  readonly met: boolean | null
}

export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN

export function machine(): string {
  return `${new Date().toISOString().slice(0, 16)}Z · ${cpus().length} × ${cpus()[0]?.model.trim()} · Node ${process.version}`
}

export function table(rows: readonly Row[]): string {
  const head = ['what', 'figure', 'baseline', 'ratio', 'target', '']
  const lines = rows.map(({ what, figure, baseline, ratio, target, met }) => [
    what,
    figure,
    baseline,
    ratio,
    target,
    met === null ? '' : met ? '✓' : '✗',
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
