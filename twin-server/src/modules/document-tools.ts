import type { RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import type { Turn, Values } from '../records/types.ts'
import { nextDocument } from './document-number.ts'

/** Every document gets its number when it is first saved. */
export const numbered = async (turn: Turn, before: unknown, record: RecordModel, prefix: string): Promise<{ readonly document?: string }> =>
  before === null ? { document: await nextDocument(turn, record, prefix) } : {}

export const sign = ({ turn, input }: { readonly turn: Turn; readonly input: Values }) =>
  Promise.resolve({ approver: turn.actor.id, opinion: (input['opinion'] ?? null) as string | null })

export const conflict = (code: string, zh: string, en: string, more: { readonly field?: string; readonly detail?: Values } = {}): Refusal =>
  new Refusal('conflict', { code, message: { zh, en }, ...more })
export const invalid = (field: string, zh: string, en: string): Refusal => new Refusal('invalid', { field, message: { zh, en } })
