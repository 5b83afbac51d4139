import type { Module } from '../define.ts'
import { gasContractService } from './gas-contracts.ts'
import { gasOrderService, stationOfferService } from './gas-orders.ts'
import { followShares, investmentService, investorService, shareValueWatch } from './investments.ts'
import { stationStaffService } from './staff.ts'

/** Who pays for stations and who buys their gas. */
export const investment: Module = {
  name: 'investment',
  version: '1.0.0',
  needs: ['foundation', 'supervision'],
  services: [stationStaffService, stationOfferService, gasOrderService, gasContractService, investorService, investmentService],
  watches: [shareValueWatch],
  outbox: { 'shares.changed': followShares },
}
