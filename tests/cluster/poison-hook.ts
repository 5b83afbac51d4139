/**
 * Given to a node's start by the lab as `--import`: makes a step of the product fail at messages of the lab, in the ways a bug could. The
 * product itself knows nothing of it; its source is changed as it is loaded, in that process alone.
 */
import { registerHooks } from 'node:module'

const place = /(export function receive\([^{]*\{\n)/

/** `boot` of a message says what becomes of the process that takes it. */
function fail(boot: unknown): void {
  if (typeof boot !== 'string' || !boot.startsWith('poison-')) return
  if (boot.startsWith('poison-throw')) throw new Error('a bug at this message')
  if (boot.startsWith('poison-hang')) for (;;);
  if (boot.startsWith('poison-memory')) for (const held: number[][] = []; ;) held.push(Array.from({ length: 50_000 }, Math.random))
  if (boot.startsWith('poison-death')) for (process.kill(process.pid, 'SIGKILL'); ;);
}
Object.assign(globalThis, { labFail: fail })

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith('/actors/src/runtime/receive.ts')) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString()
    if (!place.test(source)) throw new Error('the lab no longer finds the step it should break')
    return { ...loaded, source: source.replace(place, '$1  globalThis.labFail(input.envelope.boot)\n') }
  },
})
