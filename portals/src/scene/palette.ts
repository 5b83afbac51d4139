import type { MachineState } from './types.ts'

/** Run state by colour; motion, label text and glow carry it too, so colour is never alone. */
export const stateColours: Readonly<Record<MachineState, number>> = {
  loaded: 0x22c55e,
  running: 0x38bdf8,
  standby: 0x94a3b8,
  fault: 0xef4444,
  offline: 0x475569,
}
export const alarmColours = { P1: 0xff2d55, P2: 0xff9f0a, P3: 0xffd60a } as const
export const mediumColours = { air: 0x4fb3ff, water: 0x2dd4bf, condensate: 0xa78bfa } as const

const kinds: Readonly<Record<string, number>> = {
  compressor: 0x3b6ea8,
  dryer: 0x5b7f95,
  tank: 0x8fa3b5,
  filter: 0x7c8794,
  coolingTower: 0x6b8f86,
  waterPump: 0x2f6f73,
  powerMeter: 0xb0895a,
  flowMeter: 0x9a7bb0,
  camera: 0x555f6b,
  gateway: 0x4a5568,
  valve: 0xb45309,
  outlet: 0x7a5c99,
}
/** Unknown kinds get a neutral body, so that a new kind needs no entry here. */
export const bodyColour = (kind: string): number => kinds[kind] ?? 0x7a8794

export const themes = {
  dark: { background: 0x0b1420, floor: 0x13202f, grid: 0x24384d, ambient: 0.75, sun: 1.6, accent: 0x1c2733 },
  light: { background: 0xe9eff5, floor: 0xd5dee7, grid: 0xb4c2cf, ambient: 1.2, sun: 2.0, accent: 0x39434e },
} as const
