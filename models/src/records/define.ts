import type { Label } from '../kinds/types.ts'
import type { Fields, ValuesOf } from './field-types.ts'
import { choice, reference, time, number } from './fields.ts'
import type { Lifecycle, ModuleName, RecordModel, RecordScope, StandardValues, Statistics, Views } from './record-types.ts'

interface Declaration<N extends string, F extends Fields, L extends Lifecycle | undefined, T extends string> {
  readonly name: N
  readonly module: ModuleName
  readonly label: Label
  readonly help: Label
  /** Default: the name in snake case. */
  readonly table?: T
  readonly fields: F
  readonly title: readonly (keyof F & string)[]
  readonly unique?: readonly (readonly (keyof F & string)[])[]
  readonly indexes?: readonly (readonly string[])[]
  readonly scope?: RecordScope
  readonly actions?: Partial<RecordModel['actions']>
  readonly removal?: RecordModel['removal']
  readonly audience?: RecordModel['audience']
  readonly lifecycle?: L
  readonly statistics?: Statistics
  readonly views: Views
  readonly beside?: readonly string[]
  readonly hidden?: true
}

export type Defined<N extends string, F extends Fields, L extends Lifecycle | undefined, T extends string> = Omit<
  RecordModel,
  'name' | 'table' | 'fields' | 'lifecycle'
> & {
  readonly name: N
  readonly table: T
  readonly fields: F
  readonly lifecycle: L extends Lifecycle ? L : null
}

/** One declaration of a kind of record; everything else is derived from it. Throws on a declaration that contradicts itself. */
export function defineRecord<
  const N extends string,
  const F extends Fields,
  const L extends Lifecycle | undefined = undefined,
  const T extends string = SnakeCase<N>,
>(declaration: Declaration<N, F, L, T>): Defined<N, F, L, T> {
  const { lifecycle, actions, ...rest } = declaration
  const record = {
    table: snakeCase(declaration.name),
    unique: [],
    indexes: [],
    scope: { by: 'org' },
    removal: 'soft',
    audience: 'everyday',
    statistics: { dimensions: lifecycle ? ['state'] : [] },
    beside: [],
    hidden: false,
    ...rest,
    actions: { create: 'operate', edit: 'operate', remove: 'administer', ...actions },
    lifecycle: lifecycle ?? null,
  } as unknown as Defined<N, F, L, T>
  const fault = faultOf(record)
  if (fault) throw new Error(`record ${record.name}: ${fault}`)
  return record
}

/** Columns that every record has, as fields, so that lists sort and filter by them like by any other. */
export function standardFields(record: RecordModel): Fields {
  const states = record.lifecycle?.states
  return {
    ...(states
      ? {
          state: choice(
            '状态',
            'State',
            Object.fromEntries(Object.entries(states).map(([code, { label }]) => [code, [label.zh, label.en]])),
            {
              required: true,
              computed: true,
            },
          ),
        }
      : {}),
    createdAt: time('创建时间', 'Created', { required: true, computed: true }),
    createdBy: reference('创建人', 'Created by', 'user', { computed: true }),
    updatedAt: time('更新时间', 'Updated', { required: true, computed: true }),
    updatedBy: reference('更新人', 'Updated by', 'user', { computed: true }),
    version: number('版本', 'Version', { required: true, computed: true, integer: true }),
  }
}

/** Declared and standard fields. */
export function allFields(record: RecordModel): Fields {
  return { ...record.fields, ...standardFields(record) }
}

/** A row as the engine hands it out. */
export type RowOf<R extends RecordModel> = ValuesOf<R['fields']> &
  StandardValues &
  (R['lifecycle'] extends Lifecycle ? { readonly state: keyof R['lifecycle']['states'] & string } : unknown)

export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Uppercase<Head> ? (Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`) : Head}${SnakeCase<Tail>}`
  : S
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Query words of the list address, which no field may be called. */
export const reservedNames = ['q', 'sort', 'page', 'size', 'after', 'format', 'lang', 'by', 'measure', 'dry', 'ids', 'ticket'] as const

function faultOf(record: RecordModel): string | null {
  const known = new Set([...Object.keys(allFields(record)), 'id'])
  const unknown = (names: readonly string[]): string | undefined =>
    names.map((name) => name.replace(/^-/, '')).find((name) => !known.has(name))
  const reserved = Object.keys(record.fields).find(
    (name) =>
      (reservedNames as readonly string[]).includes(name) ||
      ['id', 'org', 'deletedAt', 'search', ...Object.keys(standardFields(record))].includes(name),
  )
  if (reserved !== undefined) return `field name '${reserved}' is taken`
  const { views, statistics, lifecycle, scope } = record
  const named = [
    ...record.title,
    ...record.unique.flat(),
    ...record.indexes.flat(),
    ...views.columns,
    views.sort,
    ...Object.keys(views.filter ?? {}),
    ...(views.filters ?? []),
    ...(views.board ? [views.board] : []),
    ...(views.tree ? [views.tree] : []),
    ...statistics.dimensions,
    ...Object.values(statistics.measures ?? {}).map(({ field }) => field),
    ...(scope.by === 'org' ? [] : [scope.field]),
    ...Object.values(record.fields).flatMap(({ when }) => (when ? [when.field] : [])),
  ]
  const stray = unknown(named)
  if (stray !== undefined) return `no field '${stray}'`
  if (!lifecycle) return null
  const states = new Set(Object.keys(lifecycle.states))
  const used = [lifecycle.initial, ...Object.values(lifecycle.transitions).flatMap(({ from, to }) => [...from, ...[to].flat()])]
  const missing = used.find((state) => !states.has(state))
  return missing === undefined ? null : `no state '${missing}'`
}
