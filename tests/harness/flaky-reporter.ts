import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase } from 'vitest/node'

/** Writes the tests that passed only when tried again: one line each, in this file. */
export class FlakyReporter implements Reporter {
  readonly #found: string[] = []
  readonly #file: string
  constructor(file: string) {
    this.#file = file
  }

  onTestCaseResult(test: TestCase): void {
    const { flaky, retryCount } = test.diagnostic() ?? { flaky: false, retryCount: 0 }
    if (!flaky) return
    const [error] = test.result().errors ?? []
    const why = error ? `: ${error.message.split('\n')[0]}` : ''
    this.#found.push(`${test.module.relativeModuleId} > ${test.fullName} (passed at try ${retryCount + 1}${why})`)
  }

  onTestRunEnd(): void {
    writeFileSync(this.#file, this.#found.map((line) => `${line}\n`).join(''))
  }
}
