import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'

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

/** Tells people what goes on; figures go to stdout. */
export const step = (what: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${what}`)

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

/** Output of a program of Node's; ends it when this process is to end. */
export async function outputOf(
  script: string,
  args: readonly string[],
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const running = promisify(execFile)(process.execPath, [...flags, script, ...args], { env: { ...process.env, ...env } })
  const end = (): void => void running.child.kill('SIGTERM')
  process.once('SIGTERM', end)
  try {
    return (await running).stdout
  } finally {
    process.off('SIGTERM', end)
  }
}
