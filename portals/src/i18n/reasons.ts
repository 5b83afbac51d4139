import { rejectLabels } from '@twin/models/commands'
import type { Label } from '@twin/models/kinds'

/** Words for a reject code; a code of a newer server is shown as it stands. */
export function reasonText(code: string): Label {
  return (rejectLabels as Readonly<Record<string, Label>>)[code] ?? { zh: code, en: code }
}
