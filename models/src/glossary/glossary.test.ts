import { expect, it } from 'vitest'
import { analyses } from '../analysis/index.ts'
import { type Fields, records } from '../records/index.ts'
import { glossary, glossaryParts, termKeyOf } from './index.ts'

const repeated = (words: readonly string[]): string[] => [...new Set(words.filter((word, i) => words.indexOf(word) !== i))]

it('has one explanation per word and one word per explanation, in both languages', () => {
  const terms = Object.values(glossary)
  expect(repeated(Object.values(glossaryParts).flatMap((part) => Object.keys(part)))).toEqual([])
  expect(repeated(terms.map(({ term }) => term.zh))).toEqual([])
  expect(repeated(terms.map(({ term }) => term.en.toLowerCase()))).toEqual([])
  const empty = terms.filter(({ term, meaning }) => [term.zh, term.en, meaning.zh, meaning.en].some((text) => text.trim() === ''))
  expect(empty).toEqual([])
})

it('explains every state that a record can have and every word one can choose', () => {
  const without = new Set<string>()
  const look = (where: string, fields: Fields): void => {
    for (const [name, field] of Object.entries(fields)) {
      if (field.type === 'rows') look(`${where}.${name}`, field.fields)
      if (field.type !== 'choice') continue
      for (const { zh } of Object.values(field.options)) if (!termKeyOf(zh)) without.add(`${zh} (${where}.${name})`)
    }
  }
  for (const record of records) {
    look(record.name, record.fields)
    for (const [name, { input }] of Object.entries(record.lifecycle?.transitions ?? {})) look(`${record.name}/${name}`, input ?? {})
    for (const { label, help } of Object.values(record.lifecycle?.states ?? {}))
      if (!help && !termKeyOf(label.zh)) without.add(`${label.zh} (${record.name})`)
  }
  // A new word gets its explanation in models/src/glossary/record-words.ts, a state of its own kind a `help` in its declaration.
  expect([...without]).toEqual([])
})

it('explains every measure that an analysis shows', () => {
  const measures = Object.values(analyses).flatMap((analysis) => Object.values(analysis.measures).map(({ label }) => label.zh))
  expect(measures.filter((zh) => !termKeyOf(zh))).toEqual([])
})
