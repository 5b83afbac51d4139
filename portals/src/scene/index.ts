export { StationScene, type StationSceneProps } from './station-scene.tsx'
export { sceneUpdate } from './visual.ts'
export type { SceneUpdate } from './types.ts'
