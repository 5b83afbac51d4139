import { termKeyOf } from '@twin/models/glossary'
import { deviceKinds } from '@twin/models/kinds'
import { expect, it } from 'vitest'
import { texts } from './texts/index.ts'
import { wordLabel } from './words.ts'

it('has every text in both languages, with the same values to fill in', () => {
  const holes = (text: string): readonly string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted()
  for (const [key, [zh, en]] of Object.entries(texts)) {
    expect([key, zh.trim().length > 0 && en.trim().length > 0]).toEqual([key, true])
    expect([key, holes(zh)]).toEqual([key, holes(en)])
  }
})

it('names every command phase and every alarm phase', () => {
  const phases = [
    'REQUESTED',
    'VALIDATED',
    'AWAITING_APPROVAL',
    'ARMED',
    'DISPATCHED',
    'ACKED',
    'EXECUTED',
    'REJECTED',
    'EXPIRED',
    'FAILED',
    'UNVERIFIED',
    'ABORTED',
  ]
  for (const phase of phases) expect(texts).toHaveProperty([`command.phase.${phase}`])
  for (const phase of ['UNACK', 'ACKED', 'RTN_UNACK', 'LATCHED_UNACK', 'LATCHED_ACKED', 'CLOSED'])
    expect(texts).toHaveProperty([`alarm.phase.${phase}`])
})

it('has words for every state a device of any kind can report or be told', () => {
  const words = deviceKinds.flatMap((kind) => [
    ...kind.points.flatMap((point) => point.values ?? []),
    ...kind.commands.flatMap((command) => command.params.flatMap((parameter) => parameter.values ?? [])),
  ])
  expect([...new Set(words)].filter((word) => wordLabel(word).zh === word)).toEqual([])
})

it('explains every state of alarms, commands, machines and values in the glossary', () => {
  const statuses = Object.entries(texts).filter(([key]) =>
    /^(alarm\.phase\.[A-Z_]+|alarm\.P[123]|command\.phase\.[A-Z_]+|quality\.\w+|link\.\w+|run\.\w+)$/.test(key),
  )
  expect(statuses.filter(([, [zh]]) => !termKeyOf(zh)).map(([key]) => key)).toEqual([])
  const words = deviceKinds.flatMap((kind) => kind.points.flatMap((point) => point.values ?? []))
  expect([...new Set(words)].map((word) => wordLabel(word).zh).filter((zh) => !termKeyOf(zh))).toEqual([])
})
