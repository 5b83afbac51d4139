import { findRecord, menuSeeds, type RecordModel } from '../records/index.ts'
import type { Label } from '../kinds/types.ts'
import { helpKeyOf } from './help-key.ts'

export interface HelpPage {
  readonly key: string
  readonly path: string
  readonly title: Label
  /** Whose declaration tells part of the article. */
  readonly record: RecordModel | null
}

/** Every menu entry that opens a page, with the key of its article. */
export function menuEntriesWithHelp(): readonly HelpPage[] {
  return menuSeeds().flatMap(({ path, name, nameEn }) => {
    if (path === null) return []
    const key = helpKeyOf(path)
    const record = key.startsWith('records.') ? (findRecord(key.slice('records.'.length)) ?? null) : null
    return [{ key, path, title: { zh: name, en: nameEn }, record }]
  })
}
