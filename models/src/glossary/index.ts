import { businessWords, moneyWords } from './business-words.ts'
import { alarmWords, commandWords, faultWords, machineWords, qualityWords } from './live-words.ts'
import { measures, units } from './measures.ts'
import { choiceWords, stateWords } from './record-words.ts'
import type { GlossaryTerm } from './types.ts'

/** Every word that the product explains; an administrator's `term` of the same name takes its place. */
export const glossary = {
  ...measures,
  ...units,
  ...alarmWords,
  ...commandWords,
  ...qualityWords,
  ...machineWords,
  ...faultWords,
  ...stateWords,
  ...choiceWords,
  ...businessWords,
  ...moneyWords,
} as const satisfies Readonly<Record<string, GlossaryTerm>>
export type TermKey = keyof typeof glossary

export type { GlossaryTerm } from './types.ts'
export const glossaryParts = {
  measures,
  units,
  alarmWords,
  commandWords,
  qualityWords,
  machineWords,
  faultWords,
  stateWords,
  choiceWords,
  businessWords,
  moneyWords,
}

const byWord = new Map(Object.entries(glossary).map(([key, { term }]) => [term.zh, key as TermKey]))
/** Key of the explanation of a word, by its Chinese spelling: a word has one explanation wherever it stands. */
export const termKeyOf = (zh: string): TermKey | undefined => byWord.get(zh)
export const isTermKey = (key: string): key is TermKey => Object.hasOwn(glossary, key)
