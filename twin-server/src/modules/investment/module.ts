import type { Module } from '../define.ts'
import { gasContractService } from './gas-contracts.ts'
import { gasOrderService, stationOfferService } from './gas-orders.ts'
import { bookIncomes } from './incomes.ts'
import { followShares, investmentService, investorService, shareValueWatch } from './investments.ts'
import { stationStaffService } from './staff.ts'
import { withdrawalService } from './withdrawals.ts'

/** Who pays for stations, who buys their gas, and what becomes of the money. */
export const investment: Module = {
  name: 'investment',
  version: '1.0.0',
  needs: ['foundation', 'supervision'],
  services: [
    stationStaffService,
    stationOfferService,
    gasOrderService,
    gasContractService,
    investorService,
    investmentService,
    withdrawalService,
  ],
  watches: [shareValueWatch],
  outbox: { 'shares.changed': followShares },
  periodic: [{ everyMs: 60_000, run: bookIncomes }],
}
