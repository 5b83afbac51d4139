import type { StationConfig } from '@twin/models/stations'

export type MachineState = 'loaded' | 'running' | 'standby' | 'fault' | 'offline'

/** What the scene shows of one device at one moment. */
export interface DeviceVisual {
  readonly state: MachineState
  /** Values older than they may be: greyed, with no motion. */
  readonly stale: boolean
  readonly alarm: 'P1' | 'P2' | 'P3' | null
  readonly title: string
  readonly lines: readonly { readonly text: string; readonly stale: boolean }[]
  /** 0…1: how fast its turning parts turn. */
  readonly motion: number
}

export interface SceneUpdate {
  readonly devices: ReadonlyMap<string, DeviceVisual>
  /** Pipe id → −1…1, relative flow from `from` to `to`; 0 stands still. */
  readonly flows: ReadonlyMap<string, number>
}

export type CameraPreset = 'overview' | 'top' | 'front' | 'selected'

export interface SceneOptions {
  readonly config: StationConfig
  readonly theme: 'dark' | 'light'
  readonly onSelect: (device: string | null) => void
}
