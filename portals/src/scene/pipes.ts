import {
  CanvasTexture,
  CatmullRomCurve3,
  CurvePath,
  LineCurve3,
  Mesh,
  MeshStandardMaterial,
  RepeatWrapping,
  TubeGeometry,
  Vector3,
} from 'three'
import type { Pipe } from '@twin/models/stations'
import { mediumColours } from './palette.ts'

/** Chevrons along the pipe; moving the texture shows direction and speed of flow. */
function stripes(): CanvasTexture {
  const canvas = document.createElement('canvas')
  canvas.width = 64
  canvas.height = 16
  const draw = canvas.getContext('2d')
  if (draw) {
    draw.fillStyle = '#ffffff'
    draw.fillRect(0, 0, 64, 16)
    draw.fillStyle = 'rgba(8,24,44,0.85)'
    draw.beginPath()
    for (const [x, y] of [
      [20, 0],
      [32, 8],
      [20, 16],
      [32, 16],
      [44, 8],
      [32, 0],
    ] as const)
      draw.lineTo(x, y)
    draw.fill()
  }
  const texture = new CanvasTexture(canvas)
  texture.wrapS = texture.wrapT = RepeatWrapping
  return texture
}

/** Straight runs with small rounded corners. */
function curveOf(path: Pipe['path']): CurvePath<Vector3> {
  const points = path.map((p) => new Vector3(...p))
  const curve = new CurvePath<Vector3>()
  let from = points[0]
  for (let i = 1; i < points.length && from; i++) {
    const corner = points[i]
    const next = points[i + 1]
    if (!corner) break
    if (!next) {
      curve.add(new LineCurve3(from, corner))
      break
    }
    const radius = Math.min(0.25, corner.distanceTo(from) / 2, corner.distanceTo(next) / 2)
    const before = corner.clone().lerp(from, radius / Math.max(corner.distanceTo(from), 1e-6))
    const after = corner.clone().lerp(next, radius / Math.max(corner.distanceTo(next), 1e-6))
    curve.add(new LineCurve3(from, before))
    curve.add(new CatmullRomCurve3([before, corner.clone().lerp(before.clone().add(after).multiplyScalar(0.5), 0.4), after]))
    from = after
  }
  return curve
}

export class PipeRuns {
  readonly meshes: readonly Mesh<TubeGeometry, MeshStandardMaterial>[]
  readonly #pipes: readonly Pipe[]

  constructor(pipes: readonly Pipe[]) {
    this.#pipes = pipes.filter((pipe) => pipe.path.length > 1)
    this.meshes = this.#pipes.map((pipe) => {
      const curve = curveOf(pipe.path)
      const length = curve.getLength()
      const texture = stripes()
      texture.repeat.set(Math.max(1, Math.round(length / 0.7)), 1)
      const material = new MeshStandardMaterial({ color: mediumColours[pipe.medium], map: texture, metalness: 0.3, roughness: 0.45 })
      const mesh = new Mesh(new TubeGeometry(curve, Math.max(8, Math.round(length * 6)), Math.max(pipe.diameter, 0.08) / 2, 10), material)
      mesh.castShadow = true
      return mesh
    })
  }

  advance(seconds: number, flows: ReadonlyMap<string, number>): boolean {
    let moved = false
    for (const [i, pipe] of this.#pipes.entries()) {
      const flow = flows.get(pipe.id) ?? 0
      const material = this.meshes[i]?.material
      if (!material) continue
      material.emissive.setHex(flow === 0 ? 0 : mediumColours[pipe.medium]).multiplyScalar(0.25 * Math.abs(flow))
      if (flow === 0 || !material.map) continue
      material.map.offset.x -= flow * seconds * 1.6
      moved = true
    }
    return moved
  }

  dispose(): void {
    for (const mesh of this.meshes) {
      mesh.geometry.dispose()
      mesh.material.map?.dispose()
      mesh.material.dispose()
    }
  }
}
