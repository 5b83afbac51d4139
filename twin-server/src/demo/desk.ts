import { type RecordModel, recordOf } from '@twin/models/records'
import type { Actor, Records } from '../modules/index.ts'
import { installation } from '../modules/index.ts'

export interface Person {
  readonly id: string
  readonly name: string
}
type Row = Readonly<Record<string, unknown>> & { readonly id: string }

/** What people do with records, through the same services as the pages: clerks write, managers approve. */
export class Desk {
  readonly records: Records
  readonly #org: string
  done = 0

  constructor(records: Records, org: string) {
    this.records = records
    this.#org = org
  }

  #actor(person: Person | null): Actor {
    return person ? { ...installation(this.#org), id: person.id, name: person.name } : installation(this.#org)
  }

  async create(record: string, body: object, by: Person): Promise<Row> {
    return this.#again(() => this.records.create(recordOf(record), body, this.#actor(by)))
  }

  async act(record: string, id: string, transition: string, by: Person, input: object = {}): Promise<Row> {
    return this.#again(() => this.records.transit(recordOf(record), id, transition, null, input, this.#actor(by)))
  }

  /** Periodic work goes on beside; what waited too long for a lock is tried again, as a page would. */
  async #again<T>(act: () => Promise<T>): Promise<T> {
    this.done++
    for (let left = 5; ; left--) {
      try {
        return await act()
      } catch (error) {
        if (left === 0 || !['55P03', '40P01', '40001'].includes((error as { code?: string }).code ?? '')) throw error
      }
    }
  }

  /** Written by one, submitted, approved by another. */
  async approved(record: string, body: object, clerk: Person, manager: Person): Promise<Row> {
    const { id } = await this.create(record, body, clerk)
    await this.act(record, id, 'submit', clerk)
    return this.act(record, id, 'approve', manager, { opinion: '同意' })
  }

  async posted(record: string, body: object, by: Person): Promise<Row> {
    const { id } = await this.create(record, body, by)
    return this.act(record, id, 'post', by)
  }

  /** Rows where all of these columns have these values. */
  async find(record: string, where: Readonly<Record<string, string>>): Promise<readonly Row[]> {
    const model: RecordModel = recordOf(record)
    let query = this.records.db.selectFrom(model.table).selectAll().where('deletedAt', 'is', null)
    for (const [column, value] of Object.entries(where)) query = query.where(column, '=', value)
    return (await query.orderBy('id').execute()) as unknown as readonly Row[]
  }
}
