export { i18n, setLanguage, startI18n, type Language } from './setup.ts'
export { labelOf, useText, translator, type Text, type TextKey } from './use-text.ts'
export { wordLabel } from './words.ts'
export { reasonText } from './reasons.ts'
