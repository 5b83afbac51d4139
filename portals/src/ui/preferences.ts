import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { PlatformName } from '@twin/models/records'
import type { Language } from '../i18n/index.ts'

export type ThemeName = 'dark' | 'light'
interface Preferences {
  readonly language: Language
  readonly theme: ThemeName
  readonly collapsed: boolean
  /** Off until somebody turns it on: a control room decides for itself. */
  readonly sound: boolean
  readonly volume: number
  readonly view3d: boolean
  /** Groups of the menu that stand open, and those one closed although one's page is in them. */
  readonly menus: readonly string[]
  readonly closed: readonly string[]
  /** Whose menu is shown. */
  readonly platform: PlatformName
  readonly set: (change: Partial<Omit<Preferences, 'set'>>) => void
}

/** What this person chose on this browser. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      language: 'zh',
      theme: 'dark',
      collapsed: false,
      sound: false,
      volume: 0.5,
      view3d: true,
      menus: ['live'],
      closed: [],
      platform: 'supervision',
      set: (change) => set(change),
    }),
    { name: 'twin.preferences' },
  ),
)
