import type { Context, Hono } from 'hono'
import type { Principal } from '../security/index.ts'

/** Routes that another part adds to the server, with the same headers, error form and address of the client. */
export interface HttpExtension {
  mount(app: Hono, tools: { readonly from: (context: Context) => string }): void
  /** OpenAPI paths of what it mounts. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Address beginnings whose bodies may be larger than 4 MB, with their limit in bytes. */
  readonly bodies?: Readonly<Record<string, number>>
}
/** Asked before every operation: throws a Refusal when this address is closed to the person (hidden in the menu). */
export type Gate = (principal: Principal, path: string) => void
