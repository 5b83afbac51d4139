export { startAvailability, type Availability, type AvailabilityOptions } from './start.ts'
export { readAvailabilitySettings, type AvailabilitySettings } from './settings.ts'
export { healthy, owned, progressing } from './conditions.ts'
