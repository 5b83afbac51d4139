import type { Priority } from '@twin/models/kinds'
import type { OpenAlarm } from '@twin/models/live'

/** Two tones a second for P1, one every two seconds for P2, one alone for P3: told apart without looking. */
const tones: Readonly<Record<Priority, { readonly hz: readonly number[]; readonly everyMs: number }>> = {
  P1: { hz: [880, 660, 880, 660], everyMs: 2000 },
  P2: { hz: [587, 587], everyMs: 6000 },
  P3: { hz: [392], everyMs: 20_000 },
}

let context: AudioContext | undefined

/** True when the browser lets us sound: it wants a click first. */
export function unlockSound(): boolean {
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume()
  return context.state === 'running'
}

export function playTone(priority: Priority, volume: number): void {
  context ??= new AudioContext()
  if (context.state !== 'running') {
    void context.resume()
    return
  }
  const start = context.currentTime
  tones[priority].hz.forEach((hz, i) => {
    if (!context) return
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    const at = start + i * 0.22
    oscillator.frequency.value = hz
    oscillator.type = priority === 'P1' ? 'square' : 'sine'
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(volume * 0.25, at + 0.02)
    gain.gain.linearRampToValueAtTime(0, at + 0.18)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(at)
    oscillator.stop(at + 0.2)
  })
}

/** What should sound now: the highest priority among alarms nobody has acknowledged. */
export function soundingPriority(alarms: readonly Pick<OpenAlarm, 'priority' | 'phase'>[]): Priority | null {
  const loud = alarms.filter((alarm) => alarm.phase === 'UNACK' || alarm.phase === 'LATCHED_UNACK')
  return (['P1', 'P2', 'P3'] as const).find((priority) => loud.some((alarm) => alarm.priority === priority)) ?? null
}

export function repeatMs(priority: Priority): number {
  return tones[priority].everyMs
}
