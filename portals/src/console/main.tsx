import 'antd/dist/antd.css'
import '../ui/styles.css'
import { createRoot } from 'react-dom/client'
import { startI18n } from '../i18n/index.ts'
import { usePreferences } from '../ui/preferences.ts'
import { ConsoleApp } from './app.tsx'
import { loadSession } from './session.ts'

async function main(): Promise<void> {
  const root = document.getElementById('root')
  if (!root) throw new Error('no #root in the page')
  await Promise.all([startI18n(usePreferences.getState().language), loadSession()])
  createRoot(root).render(<ConsoleApp />)
}

void main()
