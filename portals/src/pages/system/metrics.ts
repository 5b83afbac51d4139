export interface Metric {
  readonly name: string
  /** `{a="b"}` as printed, '' without. */
  readonly labels: string
  readonly value: number
  readonly help: string
}

/** Reads the Prometheus text format; buckets of histograms are left out, their sum and count stay. */
export function readMetrics(text: string): readonly Metric[] {
  const help = new Map<string, string>()
  const metrics: Metric[] = []
  for (const line of text.split('\n')) {
    const described = /^# HELP (\S+) (.*)$/.exec(line)
    if (described) help.set(described[1] ?? '', described[2] ?? '')
    const sample = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/.exec(line)
    if (!sample || sample[1]?.endsWith('_bucket')) continue
    const name = sample[1] ?? ''
    metrics.push({
      name,
      labels: sample[2] ?? '',
      value: Number(sample[3]),
      help: help.get(name) ?? help.get(name.replace(/_(sum|count|total)$/, '')) ?? '',
    })
  }
  return metrics
}
