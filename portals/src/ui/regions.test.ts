import { expect, it } from 'vitest'
import { regionsOf, regionTree } from './regions.ts'

it('districts add up to their city, cities to their province, and a name is the one that is kept', () => {
  const row = (id: string, parent: string | null, name = id) => ({ id, parent, name, nameEn: null })
  const regions = regionsOf([
    row('320000', null, '江苏省'),
    row('320100', '320000'),
    row('320115', '320100'),
    row('320111', '320100'),
    row('320500', '320000'),
    row('320505', '320500'),
    row('310000', null),
    row('310115', '310000'),
  ])
  const stations = ['320115', '320115', '320111', '320505', '310115']
  const tree = regionTree(regions, stations)
  expect(tree).toMatchObject([
    { value: '310000', count: 1, children: [{ value: '310115', count: 1 }] },
    {
      value: '320000',
      label: { zh: '江苏省' },
      count: 4,
      children: [
        { value: '320100', count: 3, children: [{ count: 1 }, { count: 2 }] },
        { value: '320500', count: 1 },
      ],
    },
  ])
  expect(tree.reduce((sum, { count }) => sum + count, 0)).toBe(stations.length)
  expect(regions.within('320115', '320000')).toBe(true)
  expect(regions.within('310115', '320000')).toBe(false)
  expect(regions.label('999999').zh).toBe('未设区域')
})
