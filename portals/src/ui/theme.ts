import { theme, type ThemeConfig } from 'antd'
import type { ThemeName } from './preferences.ts'

/** Muted surfaces, so that colour is left for what needs attention; each state has its own hue and its own shape. */
const palettes = {
  dark: {
    bg: '#0b131e',
    surface: '#111c2b',
    raised: '#172536',
    border: '#24354a',
    text: '#dfe8f3',
    muted: '#8ea2ba',
    primary: '#3aa0ff',
    running: '#35c07f',
    standby: '#4d9de0',
    alarm: '#ff5c5c',
    offline: '#7d8da1',
    P1: '#ff4d4f',
    P2: '#ff9a3c',
    P3: '#f2d13c',
    land: '#1a2a3d',
    coast: '#38516d',
    water: '#0b131e',
  },
  light: {
    bg: '#eef2f6',
    surface: '#ffffff',
    raised: '#f6f8fb',
    border: '#d5dde7',
    text: '#1b2838',
    muted: '#56687d',
    primary: '#0b6bcb',
    running: '#167a4a',
    standby: '#1f6fb8',
    alarm: '#d4262b',
    offline: '#7a8796',
    P1: '#cf1322',
    P2: '#c45a00',
    P3: '#8a6d00',
    land: '#fbfcfd',
    coast: '#a9b8c8',
    water: '#dde6ef',
  },
} as const

export type Palette = Readonly<Record<keyof (typeof palettes)['dark'], string>>
export function paletteOf(name: ThemeName): Palette {
  return palettes[name]
}

/** antd theme; colours are CSS variables at run time, so switching needs no reload. */
export function antdTheme(name: ThemeName): ThemeConfig {
  const p = palettes[name]
  return {
    zeroRuntime: true,
    algorithm: name === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: p.primary,
      colorSuccess: p.running,
      colorWarning: p.P2,
      // The dark algorithm dims it: this stays readable as text.
      colorError: name === 'dark' ? '#ff7474' : p.alarm,
      colorInfo: p.primary,
      colorBgBase: name === 'dark' ? p.bg : '#ffffff',
      colorBgLayout: p.bg,
      colorBgContainer: p.surface,
      colorBgElevated: name === 'dark' ? p.raised : '#ffffff',
      colorBorder: p.border,
      colorBorderSecondary: p.border,
      colorTextBase: p.text,
      // Quieter than the text and still readable: at least 4.5 : 1 on every surface.
      colorTextDescription: p.muted,
      colorTextPlaceholder: p.muted,
      colorTextTertiary: p.muted,
      borderRadius: 6,
      fontFamily: "system-ui, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    },
    components: {
      Layout: { siderBg: p.surface, headerBg: p.surface, bodyBg: p.bg, headerPadding: '0 16px', headerHeight: 52 },
      Menu: {
        itemBg: 'transparent',
        darkItemBg: 'transparent',
        subMenuItemBg: 'transparent',
        groupTitleColor: p.muted,
        itemSelectedColor: name === 'dark' ? '#9ad0ff' : '#08529c',
      },
      // White on the bright blue of the dark theme would be 3.6 : 1.
      Button: { primaryColor: name === 'dark' ? '#06121f' : '#ffffff' },
      Statistic: { colorTextDescription: p.muted },
      Table: { headerBg: p.raised },
    },
  }
}

/** The palette as CSS variables for our own widgets. */
export function paletteVariables(name: ThemeName): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(palettes[name]).map(([key, value]) => [`--${key}`, value]))
}
