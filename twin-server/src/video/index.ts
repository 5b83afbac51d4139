export { cameraService } from './camera-service.ts'
export { startVideo, type VideoEngine } from './video-engine.ts'
export type { VideoPort } from './video-port.ts'
export { videoRoutes } from './video-routes.ts'
