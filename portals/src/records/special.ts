import type { ComponentType } from 'react'
import { PermissionEditor } from './permission-editor.tsx'
import type { ControlProps } from './field-control.tsx'

/** Editors that a module puts in place of the usual one, by `record.field`; everything else of the record stays as it is. */
export const fieldEditors: Readonly<Record<string, ComponentType<ControlProps>>> = {
  'role.permissions': PermissionEditor,
}
