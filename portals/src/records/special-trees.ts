import type { ComponentType } from 'react'
import { MenuArranger } from './menu-arranger.tsx'

/** Trees of records whose order people arrange, in place of the plain one. */
export const recordTrees: Readonly<Record<string, ComponentType>> = {
  menuEntry: MenuArranger,
}
