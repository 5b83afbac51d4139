import type { Module } from './define.ts'
import { foundation } from './foundation/index.ts'
import { investment } from './investment/index.ts'
import { service } from './service/index.ts'
import { supervision } from './supervision/index.ts'

/** Every module there is, in the order of menus. A new one has a folder of its own and a line here. */
export const modules: readonly Module[] = [foundation, supervision, service, investment]
