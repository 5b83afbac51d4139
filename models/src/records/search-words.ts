import type { RecordModel } from './record-types.ts'

const han = /\p{Script=Han}+/gu
const words = /[\p{L}\p{N}]+/gu

/**
 * What a text is found by: words in lower case, and for Chinese every character and every pair, since it has no spaces.
 * An index over these needs no dictionary and finds names and codes alike.
 */
export function searchWords(text: string): string[] {
  const found = new Set<string>()
  for (const [run] of text.matchAll(han)) {
    const characters = Array.from(run)
    for (const [i, character] of characters.entries()) {
      found.add(character)
      const next = characters[i + 1]
      if (next !== undefined) found.add(character + next)
    }
  }
  for (const [word] of text.replaceAll(han, ' ').toLowerCase().matchAll(words)) found.add(word.slice(0, 60))
  return [...found]
}

/** What must all be found for a query: pairs where there are pairs, words by their beginning. */
export function queryWords(query: string): string[] {
  const found = new Set<string>()
  for (const [run] of query.matchAll(han)) {
    const characters = Array.from(run)
    if (characters.length === 1 && characters[0] !== undefined) found.add(characters[0])
    for (let i = 1; i < characters.length; i++) found.add(`${characters[i - 1] ?? ''}${characters[i] ?? ''}`)
  }
  for (const [word] of query.replaceAll(han, ' ').toLowerCase().matchAll(words)) found.add(word.slice(0, 60))
  return [...found]
}

/** Words of a whole row: its searchable fields. */
export function rowWords(record: RecordModel, row: Readonly<Record<string, unknown>>): string[] {
  const texts = Object.entries(record.fields).flatMap(([name, field]) => (field.search ? [row[name]].flat() : []))
  return searchWords(texts.filter((value) => typeof value === 'string').join(' ')).slice(0, 500)
}
export const isSearchable = (record: RecordModel): boolean => Object.values(record.fields).some(({ search }) => search)
