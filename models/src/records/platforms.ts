import type { ModuleName } from './record-types.ts'

/** The platforms of the product, each with a menu of its own in the one console. */
export const platforms = {
  supervision: ['设备监管平台', 'Equipment supervision'],
  service: ['运维服务平台', 'Operation service'],
  investment: ['投资管理平台', 'Investment'],
  mall: ['压缩空气商城', 'Compressed-air mall'],
  analytics: ['大数据分析平台', 'Data analytics'],
} as const
export type PlatformName = keyof typeof platforms
export const platformNames = Object.keys(platforms) as readonly PlatformName[]

/** Where a menu is shown. */
export const channels = { web: ['网页', 'Web'], app: ['移动端', 'App'] } as const
export type ChannelName = keyof typeof channels

/** Whom the mall has: those who run it, those who sell, those who buy. */
export const audiences = { operator: ['运营', 'Operator'], merchant: ['商户', 'Merchant'], member: ['会员', 'Member'] } as const
export type AudienceName = keyof typeof audiences

/** Platforms whose menu holds the records of a module; what all build upon stands in all. */
export function platformsOf(module: ModuleName): readonly PlatformName[] {
  if (module === 'foundation' || module === 'governance') return platformNames
  return module === 'platform' ? ['analytics'] : [module]
}
