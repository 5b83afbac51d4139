import type { AnyService } from '../records/types.ts'
import type { OutboxWork } from './outbox-work.ts'
import { menuService } from './foundation/menu.ts'
import { inboxService, messageService } from './foundation/messages.ts'
import { regionService } from './foundation/regions.ts'
import { roleService } from './foundation/roles.ts'
import { settingService } from './foundation/settings.ts'
import { assetServices } from './supervision/assets.ts'
import { partServices } from './supervision/parts.ts'
import { tariffService } from './supervision/tariffs.ts'
import { workOrderService } from './service/work-orders.ts'

/** What records have beyond their declarations. */
export const services: readonly AnyService[] = [
  regionService,
  roleService,
  menuService,
  messageService,
  inboxService,
  settingService,
  ...partServices,
  ...assetServices,
  tariffService,
  workOrderService,
]

/** What follows after a commit, by the kind that a turn emitted. At least once: each work stands being repeated. */
export const outboxWork: Readonly<Record<string, OutboxWork>> = {}
