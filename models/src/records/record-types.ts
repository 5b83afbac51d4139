import type { Label } from '../kinds/types.ts'
import type { Fields } from './field-types.ts'

export type Action = 'view' | 'operate' | 'approve' | 'administer'
export type ModuleName = 'foundation' | 'supervision' | 'service' | 'investment' | 'mall' | 'analytics' | 'platform' | 'governance'

/** Whose rows a person sees. station: rows of his stations. region: rows of regions that hold one of them. own: rows that name him. */
export type RecordScope = { readonly by: 'org' } | { readonly by: 'station' | 'region' | 'own'; readonly field: string }

export interface State {
  readonly label: Label
  /** What the word means here, where the glossary's explanation of it is not enough. */
  readonly help?: Label
  readonly tone: 'neutral' | 'active' | 'good' | 'warn' | 'bad'
  /** The row may still be edited; the initial state may unless it says `false`. */
  readonly editable?: boolean
  /** A row in this state holds what it refers to: an asset under it cannot be scrapped. */
  readonly holds?: true
}
export interface Transition {
  readonly label: Label
  readonly from: readonly string[]
  /** One state, or several among which the service decides. */
  readonly to: string | readonly string[]
  readonly action: Action
  /** Needs the permission `<record>:<transition>` instead; built-in roles have it with `action`. */
  readonly ownRight?: true
  /** Asked before it happens. A name that is also a field of the record is written to the row, others go to the effect and the log. */
  readonly input?: Fields
  /** Name of the service's guard: refuses with a reason. */
  readonly guard?: string
  /** Name of the service's effect: runs in the transaction of the transition. */
  readonly effect?: string
  /** Question put before an act that cannot be undone. */
  readonly confirm?: Label
  /** Only effects of other records take it; people have no button. */
  readonly internal?: true
}
export interface Lifecycle {
  readonly initial: string
  readonly states: { readonly [state: string]: State }
  readonly transitions: { readonly [name: string]: Transition }
}

export interface Statistics {
  /** Choice, reference, flag, date or time fields (times by month); `state` too. */
  readonly dimensions: readonly string[]
  /** Besides the count. */
  readonly measures?: { readonly [name: string]: { readonly label: Label; readonly field: string; readonly fold: 'sum' | 'avg' } }
}
export interface Views {
  readonly columns: readonly string[]
  /** `-createdAt` descends. */
  readonly sort: string
  /** Filters set when the list opens. */
  readonly filter?: { readonly [field: string]: string }
  /** Fields offered in the filter bar. */
  readonly filters?: readonly string[]
  /** Choice field or `state` whose values are the lanes of a board. */
  readonly board?: string
  /** Reference to the record itself: the list may be shown as a tree. */
  readonly tree?: string
}

export interface RecordModel {
  /** camelCase; address, permission prefix. */
  readonly name: string
  readonly table: string
  readonly module: ModuleName
  readonly label: Label
  readonly help: Label
  readonly fields: Fields
  /** Fields that name a row to people. */
  readonly title: readonly string[]
  readonly unique: readonly (readonly string[])[]
  readonly indexes: readonly (readonly string[])[]
  readonly scope: RecordScope
  /** Who changes it without a lifecycle's leave; null = nobody, only services. */
  readonly actions: { readonly create: Action | null; readonly edit: Action | null; readonly remove: Action | null }
  /** soft: marked and hidden, history stays. hard: gone when nothing refers to it. */
  readonly removal: 'soft' | 'hard'
  /** everyday: built-in roles get it by rank. administration: administrators only. everyone: whoever is signed in may view. */
  readonly audience: 'everyday' | 'administration' | 'everyone'
  readonly lifecycle: Lifecycle | null
  readonly statistics: Statistics
  readonly views: Views
  /** Columns and indexes of its table that another part of the product keeps: no fields of the record. */
  readonly beside: readonly string[]
  /** Reached from other pages, has no menu entry of its own. */
  readonly hidden: boolean
}

/** Something kept outside the records engine that records may refer to. */
export interface External {
  readonly table: string
  readonly title: readonly string[]
  readonly permission: string
  readonly label: Label
}

export interface StandardValues {
  readonly id: string
  readonly org: string
  readonly version: number
  readonly createdAt: number
  readonly createdBy: string | null
  readonly updatedAt: number
  readonly updatedBy: string | null
  readonly deletedAt: number | null
}
