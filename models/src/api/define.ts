import type { z } from 'zod'

/** One REST operation: the server registers it, OpenAPI describes it, the portals' client calls it; all from this literal. */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Hono form: `/api/stations/:station`. */
  readonly path: string
  readonly tag: string
  readonly summary: { readonly zh: string; readonly en: string }
  /** Permission string, `signed-in` for any user, `public` for nobody in particular. Commands check `command:<code>` besides. */
  readonly permission: string
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** JSON result; `file` for downloads. */
  readonly result: Result | 'file'
}

export function defineOperation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  operation: Operation<P, Q, B, R>,
): Operation<P, Q, B, R> {
  return operation
}
