import type { Module } from '../define.ts'
import { customerRequestService } from './customer-requests.ts'
import { workOrderService } from './work-orders.ts'

/** What customers ask for, and the work orders that people are sent to do. */
export const service: Module = {
  name: 'service',
  version: '1.0.0',
  needs: ['foundation'],
  services: [workOrderService, customerRequestService],
}
