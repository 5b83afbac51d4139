import 'antd/dist/antd.css'
import '../ui/styles.css'
import '../ui/help/help.css'
import { createRoot } from 'react-dom/client'
import { startI18n } from '../i18n/index.ts'
import { usePreferences } from '../ui/preferences.ts'
import { ConsoleApp } from './app.tsx'
import { loadSession } from './session.ts'

// A page opened before an update asks for parts that are gone: the new page has the new ones.
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('twin.reloaded') ?? 0)
  if (Date.now() - last < 60_000) return
  event.preventDefault()
  sessionStorage.setItem('twin.reloaded', String(Date.now()))
  window.location.reload()
})

async function main(): Promise<void> {
  const root = document.getElementById('root')
  if (!root) throw new Error('no #root in the page')
  await Promise.all([startI18n(usePreferences.getState().language), loadSession()])
  createRoot(root).render(<ConsoleApp />)
}

void main()
