import type { Module } from '../define.ts'
import { customerRequestService } from './customer-requests.ts'
import { facilityService } from './facilities.ts'
import { workOrderService } from './work-orders.ts'

/** What customers ask for, the work orders that people are sent to do, and the infrastructure the platform itself stands on. */
export const service: Module = {
  name: 'service',
  version: '1.0.0',
  needs: ['foundation'],
  services: [workOrderService, customerRequestService, facilityService],
}
