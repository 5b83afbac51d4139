export { addUse, type StateReadings, type UseOf, useOf, type UseState, useStates } from './use.ts'
