import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { RecordModel } from '@twin/models/records'
import type { Label } from '@twin/models/kinds'
import { App } from 'antd'
import { ApiFailure, failureLabel, send } from '../api/index.ts'
import { useText } from '../i18n/index.ts'

export type Values = Readonly<Record<string, unknown>>
export type Row = Values & { readonly id: string; readonly version: number; readonly state?: string }
export type Titles = Readonly<Record<string, Readonly<Record<string, string>>>>
export interface ListAnswer {
  readonly rows: readonly Row[]
  readonly total: number
  readonly counted: 'all' | 'at-least'
  readonly next: string | null
  readonly titles: Titles
}
export interface DetailAnswer {
  readonly row: Row
  readonly titles: Titles
  readonly transitions: readonly string[]
  readonly may: { readonly edit: boolean; readonly remove: boolean }
}
export interface StatisticAnswer {
  readonly total: number
  readonly rows: readonly {
    readonly keys: readonly (string | null)[]
    readonly count: number
    readonly measures: Readonly<Record<string, number | null>>
  }[]
  readonly titles: Titles
}
export interface HistoryLine {
  readonly id: number
  readonly at: number
  readonly userName: string | null
  readonly kind: string
  readonly before: Values | null
  readonly after: Values | null
}
export interface Fault {
  readonly row: number
  readonly field: string | null
  readonly message: Label
}

export const addressOf = (record: RecordModel, rest = ''): string => `/api/records/${record.name}${rest}`
export type Query = Readonly<Record<string, string>>
export const withQuery = (address: string, query: Query): string => {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return text === '' ? address : `${address}?${text}`
}

/** A read; cached under the record's name so that its bell refreshes it. */
function useRead<T>(key: readonly unknown[], address: string, enabled = true) {
  return useQuery<T>({
    queryKey: key,
    queryFn: async ({ signal }) => (await send('get', address, undefined, signal)) as T,
    placeholderData: keepPreviousData,
    enabled,
  })
}
export const useList = (record: RecordModel, query: Query, enabled = true) =>
  useRead<ListAnswer>([record.name, 'list', query], withQuery(addressOf(record), query), enabled)
export const useDetail = (record: RecordModel, id: string) =>
  useRead<DetailAnswer>([record.name, 'detail', id], addressOf(record, `/${id}`), id !== '')
export const useHistory = (record: RecordModel, id: string) =>
  useRead<{ readonly lines: readonly HistoryLine[] }>([record.name, 'history', id], addressOf(record, `/${id}/history`))
export const useRelated = (record: RecordModel, id: string) =>
  useRead<{ readonly related: readonly { readonly record: string; readonly field: string; readonly count: number }[] }>(
    [record.name, 'related', id],
    addressOf(record, `/${id}/related`),
  )
export const useStatistics = (record: RecordModel, by: string, query: Query) =>
  useRead<StatisticAnswer>([record.name, 'statistics', by, query], withQuery(addressOf(record, '/statistics'), { ...query, by }), by !== '')
export const useOptions = (to: string, text: string, enabled: boolean, only: Query = {}) =>
  useRead<{ readonly options: readonly { readonly id: string; readonly title: string }[] }>(
    [to, 'options', text, only],
    withQuery(`/api/options/${to}`, { ...only, q: text }),
    enabled,
  )

/** A change: refreshes what shows the record, says what went wrong unless the page does. */
export function useChange<Input, Output = unknown>(
  record: RecordModel,
  change: (input: Input) => Promise<Output>,
  quiet: (error: ApiFailure) => boolean = () => false,
) {
  const client = useQueryClient()
  const { message } = App.useApp()
  const { label } = useText()
  return useMutation<Output, Error, Input>({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: [record.name] }),
    onError: (error) => {
      if (error instanceof ApiFailure && quiet(error)) return
      void message.error(label(failureLabel(error)))
    },
  })
}

/** Sends one file; answers its id. Throws ApiFailure. */
export async function upload(record: RecordModel, field: string, file: File): Promise<{ readonly id: string; readonly name: string }> {
  return (await sendBytes(`/api/files?record=${record.name}&field=${field}`, file)) as { id: string; name: string }
}
export async function sendBytes(address: string, file: File): Promise<unknown> {
  const response = await fetch(address, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'x-file-name': encodeURIComponent(file.name), 'content-type': file.type || 'application/octet-stream' },
    body: file,
  })
  const body = (await response.json().catch(() => null)) as {
    error?: { code: string; message: Label; field?: string; detail?: unknown }
  } | null
  if (response.ok) return body
  const { code = 'unreadable', message = { zh: '上传失败', en: 'The upload failed' }, field, detail } = body?.error ?? {}
  throw new ApiFailure(response.status, code, message, field, detail)
}
