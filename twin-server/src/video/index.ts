export { createVideoNotConfigured, type VideoPort } from './video-port.ts'
