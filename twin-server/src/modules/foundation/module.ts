import type { Module } from '../define.ts'
import { helpPaths, mountHelp } from './help.ts'
import { menuService, permittedHostService } from './menu-entries.ts'
import { inboxService, messageService } from './messages.ts'
import { mountRegions, regionPaths } from './region-routes.ts'
import { regionService } from './regions.ts'
import { roleService } from './roles.ts'
import { settingService } from './settings.ts'

/** People, roles, menus, regions, messages, files, settings and terms: what every other module stands on. */
export const foundation: Module = {
  name: 'foundation',
  version: '1.0.0',
  needs: [],
  services: [regionService, roleService, menuService, permittedHostService, messageService, inboxService, settingService],
  mount(app, records, live, tools) {
    mountRegions(app, records, live, tools)
    mountHelp(app, records, tools)
  },
  paths: { ...regionPaths, ...helpPaths },
}
