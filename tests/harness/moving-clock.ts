/**
 * Loaded before a program (`node --import`): its wall clock can be put forward by the process that started it, see `forward`.
 * Nothing else changes: timers run as ever, what looks at the clock finds the later time.
 */
const real = Date.now
let ahead = 0
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) super(real() + ahead)
    else super(...(parts as [number]))
  }
  static override now(): number {
    return real() + ahead
  }
} as DateConstructor

process.on('message', (message) => {
  const { forward } = message as { readonly forward?: unknown }
  if (typeof forward !== 'number') return
  ahead += forward
  process.send?.({ forwarded: ahead })
})
