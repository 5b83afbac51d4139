import { AppstoreOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { type PlatformName, platforms } from '@twin/models/records'
import { Button, Dropdown, Select } from 'antd'
import { useNavigate } from 'react-router'
import { useText } from '../../i18n/index.ts'
import { menuQuery, pathsOf, useMenu } from '../../records/menu-tree.ts'
import { usePreferences } from '../preferences.ts'

/** Chooses among the platforms in which this person has something to do, and goes to the first page there. */
export function PlatformSwitch({ small = false }: { readonly small?: boolean }) {
  const { t, label } = useText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const set = usePreferences((state) => state.set)
  const menu = useMenu().data
  if (!menu || menu.platforms.length < 2) return null
  const options = menu.platforms.map((name) => {
    const [zh, en] = platforms[name]
    return { value: name, key: name, label: label({ zh, en }) }
  })
  const go = async (platform: PlatformName): Promise<void> => {
    const next = await client.fetchQuery(menuQuery(platform))
    set({ platform })
    void navigate(pathsOf(next.menu)[0] ?? '/')
  }
  return small ? (
    <Dropdown
      trigger={['click']}
      menu={{ selectedKeys: [menu.platform], items: options, onClick: ({ key }) => void go(key as PlatformName) }}
    >
      <Button type="text" block icon={<AppstoreOutlined />} aria-label={t('nav.platform')} data-testid="platform-switch" />
    </Dropdown>
  ) : (
    <div className="platform-switch">
      <Select<PlatformName>
        value={menu.platform}
        options={options}
        aria-label={t('nav.platform')}
        data-testid="platform-switch"
        onChange={(platform) => void go(platform)}
      />
    </div>
  )
}
