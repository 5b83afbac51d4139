import { z } from 'zod'

const count = (value: number) => z.coerce.number().int().min(1).max(1000).default(value)

/** When a turn counts as the end of its process, and when it may not run any more. All nodes need the same values. */
export const poisonEnvironment = z.object({
  /** A turn that runs longer than this has hung: its process writes down which one and ends. 0 = never (a debugger holds turns, too). */
  TWIN_POISON_STALL_MS: z.coerce.number().int().min(0).max(600_000).default(5000),
  /** Processes that may end with the same turn under way before it is put aside. */
  TWIN_POISON_DEATHS: count(2),
  /** Deaths of owners of a shard from which on its turns are written down before they run. */
  TWIN_POISON_CRASHES: count(3),
  /** Each of these deaths within this time of the one before; as long after the last one the care ends. */
  TWIN_POISON_WINDOW_MS: z.coerce.number().int().min(1000).max(86_400_000).default(600_000),
})

export interface PoisonSettings {
  readonly stallMs: number
  readonly deaths: number
  readonly crashes: number
  readonly windowMs: number
}

/** Throws an Error that names the setting out of range. */
export function readPoisonSettings(env: NodeJS.ProcessEnv): PoisonSettings {
  const parsed = poisonEnvironment.safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const e = parsed.data
  return {
    stallMs: e.TWIN_POISON_STALL_MS,
    deaths: e.TWIN_POISON_DEATHS,
    crashes: e.TWIN_POISON_CRASHES,
    windowMs: e.TWIN_POISON_WINDOW_MS,
  }
}
