import { installationCost } from '@twin/models/records'
import { type AnyService, defineService } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'

export const installationCostService: AnyService = defineService({
  record: installationCost,
  beforeSave: async ({ turn, before }) => (before ? undefined : { document: await nextDocument(turn, installationCost, 'AZ') }),
  effects: {
    book: ({ turn }) => Promise.resolve({ bookedAt: turn.now }),
  },
})
