import type { ComponentType } from 'react'
import { LabelsLink } from './labels-link.tsx'
import { DepartmentEditor, ProposedDepartment } from './department-editors.tsx'
import { PermissionEditor } from './permission-editor.tsx'
import type { ControlProps } from './field-control.tsx'

/** Editors that a module puts in place of the usual one, by `record.field`; everything else of the record stays as it is. */
export const fieldEditors: Readonly<Record<string, ComponentType<ControlProps>>> = {
  'role.permissions': PermissionEditor,
  'region.serviceDepartment': DepartmentEditor,
  'customerRequest.department': ProposedDepartment,
}

/** What else can be opened for the rows chosen in a list, or the one on its page, by record. */
export const recordLinks: Readonly<Record<string, ComponentType<{ readonly ids: readonly string[] }>>> = {
  asset: LabelsLink,
}
