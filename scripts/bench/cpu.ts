import { readdirSync, readFileSync } from 'node:fs'

/** CPU seconds since its start of a process with all its threads, and what of them was in the kernel (Linux, 100 ticks a second). */
export function cpuSeconds(pid: number): number {
  const fields = stat(pid)
  return fields === null ? 0 : (Number(fields[11]) + Number(fields[12])) / 100
}

/** The same of a process and its children that live now, as of a postmaster. */
export function treeSeconds(root: number): number {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const fields = Number.isInteger(pid) ? stat(pid) : null
    if (fields) parents.set(pid, Number(fields[1]))
  }
  let total = cpuSeconds(root)
  for (const [pid, parent] of parents) if (parent === root) total += treeSecondsOf(pid, parents)
  return total
}

function treeSecondsOf(root: number, parents: ReadonlyMap<number, number>): number {
  let total = cpuSeconds(root)
  for (const [pid, parent] of parents) if (parent === root) total += treeSecondsOf(pid, parents)
  return total
}

/** Resident memory, bytes. */
export function residentBytes(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)
  return Number(line?.[1] ?? 0) * 1024
}

/** Fields of /proc/pid/stat from the state on. */
function stat(pid: number): readonly string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? null
  } catch {
    return null
  }
}
