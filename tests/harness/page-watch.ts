import type { Page } from 'playwright-core'
import { texts } from '../../portals/src/i18n/texts/index.ts'

/** What a person would call broken, gathered while pages are walked through. */
export interface Watch {
  /** Errors in the console, requests that failed or were refused; taken out by reading. */
  take(): string[]
}

/** Listens to a page: exceptions, console errors, answers of 400 and more, requests that never got one. */
export function watch(page: Page): Watch {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(`exception: ${error.message}`))
  page.on('console', (line) => {
    // A refused request is reported with its address by its answer.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) found.push(`console: ${line.text().slice(0, 300)}`)
  })
  page.on('response', (answer) => {
    if (answer.status() >= 400) found.push(`${answer.status()} ${answer.request().method()} ${new URL(answer.url()).pathname}`)
  })
  page.on('requestfailed', (request) => {
    // Left behind by going on to another page.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') found.push(`${request.failure()?.errorText ?? 'failed'} ${request.url()}`)
  })
  return { take: () => found.splice(0) }
}

const keys = Object.keys(texts)

/** What is wrong on the page as it stands: wider than the window, a text's key instead of its words, a value that is none. */
export function flaws(page: Page): Promise<string[]> {
  return page.evaluate((known) => {
    const found: string[] = []
    const content = document.querySelector('#content')
    for (const box of [document.documentElement, ...(content ? [content] : [])])
      if (box.scrollWidth > box.clientWidth + 1) {
        const edge = box.getBoundingClientRect().left + box.clientWidth
        const inner = (element: Element): boolean => {
          for (let at = element.parentElement; at && at !== box; at = at.parentElement)
            if (getComputedStyle(at).overflowX !== 'visible') return true
          return false
        }
        const wide = [...box.querySelectorAll('*')].filter(
          (element) => element.getBoundingClientRect().right > edge + 1 && element.getBoundingClientRect().width > 0 && !inner(element),
        )
        const names = wide.slice(0, 3).map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`)
        found.push(`${box.scrollWidth - box.clientWidth} px too wide: ${names.join(' | ')}`)
      }
    const raw = new Set(known)
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const words = node.textContent?.trim() ?? ''
      const holder = node.parentElement
      if (words === '' || !holder || ['SCRIPT', 'STYLE', 'PRE', 'CODE'].includes(holder.tagName)) continue
      if (raw.has(words)) found.push(`key: ${words}`)
      if (/\bNaN\b|\bundefined\b|Invalid Date|\[object |^null$/.test(words)) found.push(`no value: ${words.slice(0, 80)}`)
    }
    return [...new Set(found)]
  }, keys)
}
