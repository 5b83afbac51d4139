import type { ConfigProviderProps } from 'antd'
import enUS from 'antd/es/locale/en_US.js'
import zhCN from 'antd/es/locale/zh_CN.js'

type Locale = NonNullable<ConfigProviderProps['locale']>

// The files are ES modules but their package does not say so: TypeScript takes them for CommonJS, the bundler does not.
export const antdLocales = { zh: zhCN as unknown as Locale, en: enUS as unknown as Locale } as const
