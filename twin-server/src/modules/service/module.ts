import type { Module } from '../define.ts'
import { workOrderService } from './work-orders.ts'

/** Work orders: what people are sent to do. */
export const service: Module = {
  name: 'service',
  version: '1.0.0',
  needs: ['foundation'],
  services: [workOrderService],
}
