import { standby } from './0196-standby.ts'
import type { Migration } from 'kysely/migration'
import { core } from './0001-core.ts'
import { auth } from './0002-auth.ts'
import { foundationRecords } from './0100-foundation-records.ts'
import { assets } from './0102-assets.ts'
import { spareParts } from './0101-spare-parts.ts'
import { cluster } from './0110-cluster.ts'
import { workOrders } from './0145-work-orders.ts'
import { control } from './0140-control.ts'
import { video } from './0150-video.ts'
import { assetTree } from './0120-asset-tree.ts'
import { assetDocuments } from './0121-asset-documents.ts'
import { platformMenus } from './0160-platform-menus.ts'
import { accounts } from './0161-accounts.ts'
import { passwordOrder } from './0163-password-order.ts'
import { passwordAge } from './0162-password-age.ts'
import { helpArticles } from './0175-help-articles.ts'
import { poison } from './0158-poison.ts'
import { tariffs } from './0135-tariffs.ts'
import { analysis } from './0137-analysis.ts'
import { machineUse } from './0136-machine-use.ts'
import { maintenance } from './0130-maintenance.ts'
import { deletedUsers } from './0126-deleted-users.ts'
import { departments } from './0127-departments.ts'
import { investments } from './0170-investment.ts'
import { stationProfiles } from './0171-station-profile.ts'
import { ledger } from './0172-ledger.ts'
import { availability } from './0199-availability.ts'
import { stationRecords } from './0125-station-records.ts'
import { customerRequests } from './0166-customer-requests.ts'
import { regionHistory } from './0167-region-history.ts'
import { shardWeight } from './0187-shard-weight.ts'
import { backup } from './0193-backup.ts'
import { logSearch } from './0165-log-search.ts'

/** Applied in the order of their names; never edit one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-core': core,
  '0002-auth': auth,
  '0100-foundation-records': foundationRecords,
  '0101-spare-parts': spareParts,
  '0102-assets': assets,
  '0110-cluster': cluster,
  '0130-maintenance': maintenance,
  '0140-control': control,
  '0150-video': video,
  '0120-asset-tree': assetTree,
  '0121-asset-documents': assetDocuments,
  '0125-station-records': stationRecords,
  '0126-deleted-users': deletedUsers,
  '0127-departments': departments,
  '0158-poison': poison,
  '0160-platform-menus': platformMenus,
  '0161-accounts': accounts,
  '0162-password-age': passwordAge,
  '0163-password-order': passwordOrder,
  '0145-work-orders': workOrders,
  '0135-tariffs': tariffs,
  '0136-machine-use': machineUse,
  '0137-analysis': analysis,
  '0165-log-search': logSearch,
  '0170-investment': investments,
  '0166-customer-requests': customerRequests,
  '0171-station-profile': stationProfiles,
  '0167-region-history': regionHistory,
  '0172-ledger': ledger,
  '0175-help-articles': helpArticles,
  '0187-shard-weight': shardWeight,
  '0196-standby': standby,
  '0199-availability': availability,
  '0193-backup': backup,
}
