import type { FormItemProps } from 'antd'
import type { z } from 'zod'

export type Rule = NonNullable<FormItemProps['rules']>[number]

/** antd rule for one field of an operation's body, from the schema the server validates with. */
export function schemaRule(schema: z.ZodType, field: string, message: string): Rule {
  const shape = (schema as unknown as { readonly shape?: Readonly<Record<string, z.ZodType>> }).shape
  const part = shape?.[field]
  return {
    validator: (_, value: unknown) => {
      if (!part || part.safeParse(value === '' ? undefined : value).success) return Promise.resolve()
      return Promise.reject(new Error(message))
    },
  }
}
