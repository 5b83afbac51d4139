import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App, ConfigProvider } from 'antd'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { Fragment, useEffect, useLayoutEffect, useRef } from 'react'
import { RouterProvider } from 'react-router/dom'
import { ApiFailure } from '../api/index.ts'
import { setLanguage } from '../i18n/index.ts'
import { usePreferences } from '../ui/preferences.ts'
import { antdTheme, paletteVariables } from '../ui/theme.ts'
import { Boundary } from '../ui/widgets/index.ts'
import { antdLocales } from './antd-locales.ts'
import { router } from './routes.tsx'
import { useSession } from './session.ts'
import { PasswordGate, SignInAgain, SignInPage, UnreachablePage } from './sign-in.tsx'

const queries = new QueryClient({
  defaultOptions: {
    // A change that cannot be sent now fails now: nobody wants a command that leaves by itself once the network is back.
    mutations: { networkMode: 'always' },
    queries: {
      staleTime: 5000,
      refetchOnWindowFocus: false,
      // Only what may pass by itself is tried again: no network or a server that is just starting.
      retry: (count, error) => count < 2 && error instanceof ApiFailure && (error.status === 0 || error.status >= 502),
    },
  },
})

/** Providers, theme and language around the page the session allows. */
export function ConsoleApp() {
  const { language, theme } = usePreferences()
  const session = useSession((state) => state.session)

  useEffect(() => {
    setLanguage(language)
    dayjs.locale(language === 'zh' ? 'zh-cn' : 'en')
  }, [language])
  useLayoutEffect(() => {
    const { style, dataset } = document.documentElement
    for (const [name, value] of Object.entries(paletteVariables(theme))) style.setProperty(name, value)
    style.colorScheme = theme
    dataset['theme'] = theme
  }, [theme])
  useEffect(() => {
    if (session.state === 'out') queries.clear()
  }, [session.state])
  const who = session.state === 'in' ? session.me.id : null
  const before = useRef(who)
  useEffect(() => {
    // Somebody else sees nothing of what was asked for before; the same person sees it anew.
    if (who !== null && before.current !== null && before.current !== who) queries.clear()
    if (who !== null) before.current = who
  }, [who])
  const expired = session.state === 'in' && session.expired === true
  const waited = useRef(expired)
  useEffect(() => {
    if (waited.current && !expired) void queries.invalidateQueries()
    waited.current = expired
  }, [expired])

  return (
    <ConfigProvider theme={antdTheme(theme)} locale={antdLocales[language]}>
      <App style={{ height: '100%' }}>
        <QueryClientProvider client={queries}>
          <Boundary>{pageFor(session)}</Boundary>
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  )
}

function pageFor(session: ReturnType<typeof useSession.getState>['session']) {
  switch (session.state) {
    case 'asking':
      return null
    case 'out':
      return <SignInPage expired={session.expired} />
    case 'unreachable':
      return <UnreachablePage />
    case 'in':
      if (session.me.mustChangePassword) return <PasswordGate />
      return (
        // Keyed by the person: what one typed is not for the next to see.
        <Fragment key={session.me.id}>
          <RouterProvider router={router} />
          {session.expired ? <SignInAgain /> : null}
        </Fragment>
      )
  }
}
