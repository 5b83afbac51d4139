import { role } from '@twin/models/records'
import { roleText, useMay } from '../../console/session.ts'
import { useText } from '../../i18n/index.ts'
import { plain } from '../../records/plain.ts'
import { useList } from '../../records/record-api.ts'

export const kinds = ['staff', 'screen', 'merchant', 'member'] as const
const builtIn = ['viewer', 'operator', 'engineer', 'administrator'] as const

/** Roles to choose from: all, as far as one may see them, else those that come with the product. */
export function useRoleOptions(): readonly { readonly value: string; readonly label: string }[] {
  const { t, lang } = useText()
  const may = useMay('role:view')
  const rows = useList(role, { size: '500', sort: 'code' }, may).data?.rows
  if (!rows) return builtIn.map((value) => ({ value, label: roleText(t, value) }))
  return rows.map((row) => {
    const code = plain(row['code'])
    const words = plain(lang === 'en' ? row['nameEn'] : row['name']) || plain(row['name'])
    return { value: code, label: builtIn.some((each) => each === code) ? roleText(t, code) : words }
  })
}
export function useRoleNames(): (code: string) => string {
  const options = useRoleOptions()
  return (code) => options.find(({ value }) => value === code)?.label ?? code
}
