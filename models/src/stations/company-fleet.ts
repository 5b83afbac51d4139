import { composeStation } from './compose.ts'
import { demoPlaces, type DemoOptions } from './demo-fleet.ts'
import type { StationConfig } from './types.ts'

const customers = [
  ['恒力纺织', 'Hengli Textiles'],
  ['华星电子', 'Huaxing Electronics'],
  ['东方铸造', 'Oriental Foundry'],
  ['金桥食品', 'Golden Bridge Foods'],
  ['瑞康医药', 'Ruikang Pharma'],
] as const
const managers = ['陈建国', '周敏', '沈洁', '胡海波', '梁志强', '杨帆', '孙立军', '赵云', '王蓉', '马晓东', '刘铁男', '林志远']

/** Five to a place: a large one, two packaged ones, two single machines; as the demo's, which run without false alarms. */
const patterns: readonly { readonly like: string; readonly letter: string; readonly zh: string; readonly en: string }[] = [
  { like: 'SH-C01', letter: 'C', zh: '集中空压站', en: 'central station' },
  { like: 'JS-S01', letter: 'S', zh: '智慧空压站', en: 'smart station' },
  { like: 'GD-S01', letter: 'S', zh: '智慧空压站', en: 'smart station' },
  { like: 'HB-M01', letter: 'M', zh: '单机模块', en: 'single module' },
  { like: 'SD-M01', letter: 'M', zh: '单机模块', en: 'single module' },
]

/** A company of 60 stations in twelve provinces: the places of the demo's stations, each with five kinds of plant. */
export function companyFleet(): readonly StationConfig[] {
  return demoPlaces.flatMap((place, p) => {
    const letters = place.code.slice(0, 2)
    const spot = place.address.replace(/^.*?(?:市|省)/, '').replace(/^.*市/, '')
    return patterns.map(({ like, letter, zh, en }, i) => {
      const pattern = demoPlaces.find(({ code }) => code === like) as DemoOptions
      const n = patterns.slice(0, i).filter((other) => other.letter === letter).length + 1
      const [customer, customerEn] = customers[(i + p) % customers.length] as (typeof customers)[number]
      return composeStation({
        ...pattern,
        id: `${letters.toLowerCase()}0${place.region}${letter.toLowerCase()}0${n}`,
        code: `${letters}-${letter}0${n}`,
        name: `${spot}${customer}${zh}`,
        nameEn: `${customerEn} ${en}, ${place.nameEn.split(',')[0]?.replace(/ (?:central|smart|single).*$/, '')}`,
        region: place.region,
        address: place.address,
        manager: managers[(p + i) % managers.length] ?? '',
        // A few kilometres apart.
        position: place.position && {
          lat: Math.round((place.position.lat + (i - 2) * 0.031) * 1e5) / 1e5,
          lng: Math.round((place.position.lng + ((i * 2) % 5) * 0.027 - 0.05) * 1e5) / 1e5,
        },
        ...(pattern.outlets ? { outlets: [`${customer}一车间`, `${customer}二车间`] } : {}),
      })
    })
  })
}
