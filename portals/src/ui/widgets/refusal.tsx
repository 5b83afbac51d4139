import { Alert } from 'antd'
import { useEffect } from 'react'
import { ApiFailure, failureLabel } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'

/** Of a form of antd, whatever its values are. */
export interface Markable {
  getFieldsError(): { readonly name: (string | number)[] }[]
  setFields(fields: { name: never; errors: string[] }[]): void
  scrollToField(name: never, options: { focus: boolean }): void
}
interface RefusalProps {
  readonly error: Error | null
  /** The form in which it was refused; none where it has one field only. */
  readonly form?: Markable
  readonly testId?: string
}

/** Field of a form that the API means: by its whole name, else by the end of it (`confirm.password` is the field `password`). */
function placeOf(names: readonly (readonly (string | number)[])[], field: string): (string | number)[] | undefined {
  const path = field.split('.')
  const is = (name: readonly (string | number)[], wanted: readonly string[]): boolean => name.join('.') === wanted.join('.')
  const found =
    names.find((name) => is(name, path)) ??
    names.find((name) => is(name, path.slice(-1))) ??
    names.find((name) => is(name, path.slice(0, 1)))
  return found && [...found]
}

/** Marks the field that the API names with its words and gives it the focus. */
export function useFieldMark(error: Error | null, form: Markable | undefined): void {
  const { label } = useText()
  useEffect(() => {
    if (!form || !(error instanceof ApiFailure) || error.field === undefined) return
    const name = placeOf(
      form.getFieldsError().map((one) => one.name),
      error.field,
    )
    if (!name) return
    form.setFields([{ name: name as never, errors: [label(error.text)] }])
    form.scrollToField(name as never, { focus: true })
  }, [error, form, label])
}

/** What the server refused, above the buttons of the form and at the wrong field. What was typed stays. */
export function Refusal({ error, form, testId = 'form-failure' }: RefusalProps) {
  const { label } = useText()
  useFieldMark(error, form)
  if (!error) return null
  return <Alert type="error" showIcon role="alert" title={label(failureLabel(error))} style={{ marginBlock: 12 }} data-testid={testId} />
}
