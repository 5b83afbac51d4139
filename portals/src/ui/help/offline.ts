import type { QueryClient } from '@tanstack/react-query'
import { articlesQuery, termsQuery } from './use-help.ts'

const QUIET_MS = 8000

/**
 * Keeps help and shell on this device, so that they open without network: the service worker (`public/sw.js`) is told what the page
 * loaded, and asks for the articles once. Browsers offer this over https and on the machine itself only.
 */
export function keepForOffline(client: QueryClient): () => void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return () => undefined
  const keep = async (): Promise<void> => {
    await navigator.serviceWorker.register('/sw.js')
    const { active } = await navigator.serviceWorker.ready
    await Promise.all([import('./help-drawer.tsx'), client.prefetchQuery(termsQuery), client.prefetchQuery(articlesQuery)])
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
    active?.postMessage({ keep: loaded.filter((name) => name.startsWith(`${location.origin}/`)) })
  }
  // The first minutes belong to the page one came for.
  const timer = setTimeout(() => void keep().catch(() => undefined), QUIET_MS)
  return () => clearTimeout(timer)
}
