import { useQuery } from '@tanstack/react-query'
import type { Label } from '@twin/models/kinds'
import { create } from 'zustand'
import { send } from '../../api/client.ts'

export interface Term {
  readonly key: string
  readonly term: Label
  readonly meaning: Label
  readonly formula?: string
  readonly unit?: string
  readonly source?: string
  readonly picture: string | null
  /** Row of an administrator's own wording. */
  readonly row: string | null
}
export interface Article {
  readonly key: string
  readonly path: string | null
  readonly title: Label
  /** Markdown. */
  readonly body: Label
  readonly row: string | null
}

// Cached under the record's name, so that its bell refreshes it. Also without network: the service worker keeps the last answer.
export const termsQuery = {
  queryKey: ['term', 'explained'],
  queryFn: async () => ((await send('get', '/api/terms')) as { readonly terms: readonly Term[] }).terms,
  staleTime: 300_000,
  networkMode: 'always' as const,
}
export const articlesQuery = {
  queryKey: ['helpArticle', 'all'],
  queryFn: async () => ((await send('get', '/api/help')) as { readonly articles: readonly Article[] }).articles,
  staleTime: 300_000,
  networkMode: 'always' as const,
}
export const useTerms = (enabled = true) => useQuery({ ...termsQuery, enabled })
export const useArticles = () => useQuery(articlesQuery)

interface HelpState {
  /** Key of the article that is open; null = closed. */
  readonly open: string | null
  readonly show: (key: string) => void
  readonly close: () => void
}
export const useHelp = create<HelpState>()((set) => ({
  open: null,
  show: (open) => set({ open }),
  close: () => set({ open: null }),
}))
