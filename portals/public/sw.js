// Keeps the shell and the help texts for when there is no network. Live data are never kept: only what is named here is answered.
const SHELL = 'twin-shell'
const kept = (url) => url.pathname === '/api/help' || url.pathname === '/api/terms'
const fixed = (url) => url.pathname.startsWith('/assets/')
const small = (url) => url.pathname === '/icon.svg' || url.pathname === '/boot.css'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// The page tells what it is made of; parts of an older build go.
self.addEventListener('message', (event) => {
  const names = event.data?.keep
  if (Array.isArray(names)) event.waitUntil(keep(names))
})
async function keep(names) {
  const cache = await caches.open(SHELL)
  const page = await fetch('/', { cache: 'no-cache' })
  if (page.ok) {
    const text = await page.clone().text()
    const before = await cache.match('/')
    if (before && (await before.text()) !== text)
      for (const request of await cache.keys()) if (fixed(new URL(request.url))) await cache.delete(request)
    await cache.put('/', page)
    for (const [, name] of text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) names.push(name)
  }
  for (const name of new Set(names)) {
    const url = new URL(name, self.location.origin)
    if (url.origin !== self.location.origin || !(fixed(url) || small(url) || kept(url))) continue
    if (fixed(url) && (await cache.match(url.pathname))) continue
    const answer = await fetch(url.pathname, { credentials: 'same-origin' }).catch(() => null)
    if (answer?.ok) await cache.put(url.pathname, answer)
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (fixed(url)) event.respondWith(keptFirst(request, url.pathname))
  else if (request.mode === 'navigate' && !url.pathname.startsWith('/api/')) event.respondWith(newestFirst(request, '/', false))
  else if (small(url) || kept(url)) event.respondWith(newestFirst(request, url.pathname, true))
})
async function keptFirst(request, path) {
  const cache = await caches.open(SHELL)
  return (await cache.match(path)) ?? fetch(request)
}
async function newestFirst(request, path, put) {
  const cache = await caches.open(SHELL)
  try {
    const answer = await fetch(request)
    if (put && answer.ok) await cache.put(path, answer.clone())
    return answer
  } catch (error) {
    const found = await cache.match(path)
    if (found) return found
    throw error
  }
}
