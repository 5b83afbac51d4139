import { z } from 'zod'

/** Settings of the record of service; all nodes need the same values. */
const environment = z.object({
  /** Between two checks of a node, each written down. */
  TWIN_AVAILABILITY_CHECK_MS: z.coerce.number().int().min(200).max(20_000).default(5000),
  /** Without a good check of any node for longer than this the service was away; what a node finds bad for half of it degrades the minute. */
  TWIN_AVAILABILITY_GAP_MS: z.coerce.number().int().min(1000).max(600_000).default(20_000),
  /** Shards without an owner for longer than this make a check a bad one. */
  TWIN_AVAILABILITY_ORPHAN_MS: z.coerce.number().int().min(500).max(600_000).default(15_000),
  /** Minutes are kept so long; outages for ever. */
  TWIN_KEEP_AVAILABILITY_DAYS: z.coerce.number().int().min(91).default(400),
})

export interface AvailabilitySettings {
  readonly checkMs: number
  readonly gapMs: number
  readonly orphanMs: number
  readonly keepDays: number
}

/** Throws an Error that names the setting at fault. */
export function readAvailabilitySettings(env: NodeJS.ProcessEnv): AvailabilitySettings {
  const parsed = environment.safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const e = parsed.data
  if (e.TWIN_AVAILABILITY_GAP_MS < 2 * e.TWIN_AVAILABILITY_CHECK_MS)
    throw new Error('TWIN_AVAILABILITY_GAP_MS must be at least twice TWIN_AVAILABILITY_CHECK_MS.')
  return {
    checkMs: e.TWIN_AVAILABILITY_CHECK_MS,
    gapMs: e.TWIN_AVAILABILITY_GAP_MS,
    orphanMs: e.TWIN_AVAILABILITY_ORPHAN_MS,
    keepDays: e.TWIN_KEEP_AVAILABILITY_DAYS,
  }
}
