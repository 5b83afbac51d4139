import { permissionGroups } from '@twin/models/records'
import { Checkbox, Collapse, Tag } from 'antd'
import { useText } from '../i18n/index.ts'

const groups = permissionGroups()

/** What a role may do, as a table of groups: records by action, commands one by one. */
export function PermissionEditor({
  value,
  onChange,
  disabled = false,
}: {
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly disabled?: boolean
}) {
  const { label } = useText()
  const held = new Set((value ?? []) as readonly string[])
  return (
    <Collapse
      size="small"
      items={groups.map((group) => {
        const codes = group.permissions.map(({ code }) => code)
        const chosen = codes.filter((code) => held.has(code))
        return {
          key: group.code,
          label: label(group.label),
          extra: (
            <Tag>
              {chosen.length}/{codes.length}
            </Tag>
          ),
          children: (
            <Checkbox.Group
              disabled={disabled}
              value={chosen}
              options={group.permissions.map((permission) => ({ value: permission.code, label: label(permission.label) }))}
              onChange={(next) => onChange([...[...held].filter((code) => !codes.includes(code)), ...next].toSorted())}
            />
          ),
        }
      })}
    />
  )
}
