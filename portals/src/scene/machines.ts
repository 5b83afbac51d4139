import {
  BoxGeometry,
  type BufferGeometry,
  Color,
  ConeGeometry,
  CylinderGeometry,
  Euler,
  InstancedMesh,
  Matrix4,
  MeshStandardMaterial,
  Quaternion,
  SphereGeometry,
  TorusGeometry,
  Vector3,
} from 'three'
import type { DeviceKind, ShapePart } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import { alarmColours, bodyColour, stateColours, themes } from './palette.ts'
import type { DeviceVisual } from './types.ts'

const degrees = Math.PI / 180

/** A unit form stretched to the part's extents. */
function geometryOf({ form, size }: ShapePart): BufferGeometry {
  const unit = {
    box: () => new BoxGeometry(1, 1, 1),
    cylinder: () => new CylinderGeometry(0.5, 0.5, 1, 28),
    sphere: () => new SphereGeometry(0.5, 24, 16),
    cone: () => new ConeGeometry(0.5, 1, 28),
    torus: () => new TorusGeometry(0.42, 0.08, 10, 32),
  } satisfies Record<ShapePart['form'], () => BufferGeometry>
  return unit[form]().scale(...size)
}

/** All devices of one kind: one instanced mesh per part, so a station of any size stays within a few draw calls. */
export class Machines {
  readonly meshes: readonly InstancedMesh[]
  readonly devices: readonly DeviceConfig[]
  readonly #parts: readonly ShapePart[]
  readonly #turn: Float64Array
  readonly #matrix = new Matrix4()
  readonly #local = new Matrix4()
  readonly #colour = new Color()

  constructor(kind: DeviceKind, devices: readonly DeviceConfig[], theme: 'dark' | 'light') {
    this.devices = devices
    this.#parts = kind.shape.parts
    this.#turn = new Float64Array(devices.length)
    this.meshes = this.#parts.map((part) => {
      const glossy = part.role === 'state'
      const material = new MeshStandardMaterial({ metalness: glossy ? 0.1 : 0.35, roughness: glossy ? 0.35 : 0.55 })
      const mesh = new InstancedMesh(geometryOf(part), material, devices.length)
      mesh.castShadow = true
      mesh.receiveShadow = true
      const base = part.role === 'accent' || part.role === 'spin' ? themes[theme].accent : bodyColour(kind.kind)
      for (let i = 0; i < devices.length; i++) mesh.setColorAt(i, this.#colour.setHex(base))
      return mesh
    })
    for (let i = 0; i < devices.length; i++) this.#place(i, true)
    for (const mesh of this.meshes) mesh.computeBoundingSphere()
  }

  #place(index: number, all: boolean): void {
    const device = this.devices[index]
    if (!device) return
    const [x, y, z] = device.placement.position
    this.#matrix.compose(
      new Vector3(x, y, z),
      new Quaternion().setFromEuler(new Euler(0, device.placement.rotation * degrees, 0)),
      new Vector3(1, 1, 1),
    )
    for (const [p, part] of this.#parts.entries()) {
      if (!all && part.role !== 'spin') continue
      const [rx, ry, rz] = part.rotate ?? [0, 0, 0]
      const spin = part.role === 'spin' ? (this.#turn[index] ?? 0) : 0
      const own = new Quaternion().setFromEuler(new Euler(rx * degrees, ry * degrees, rz * degrees))
      own.multiply(new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), spin))
      this.#local.compose(new Vector3(...part.at), own, new Vector3(1, 1, 1))
      const mesh = this.meshes[p]
      mesh?.setMatrixAt(index, this.#local.premultiply(this.#matrix))
      if (mesh) mesh.instanceMatrix.needsUpdate = true
    }
  }

  /** Colours by state; called when values changed. */
  paint(visuals: ReadonlyMap<string, DeviceVisual>): void {
    for (const [p, part] of this.#parts.entries()) {
      if (part.role !== 'state' && part.role !== 'body') continue
      const mesh = this.meshes[p]
      if (!mesh) continue
      for (const [i, device] of this.devices.entries()) {
        const visual = visuals.get(device.id)
        const colour = this.#colour.setHex(visual?.alarm ? alarmColours[visual.alarm] : stateColours[visual?.state ?? 'offline'])
        // Bodies keep the colour of their kind with a breath of the state, so that a look from afar tells it too.
        if (part.role === 'body') colour.lerp(new Color(bodyColour(device.kind)), visual?.alarm ? 0.55 : 0.82)
        if (visual?.stale) colour.lerp(new Color(0x64748b), 0.75)
        mesh.setColorAt(i, colour)
      }
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true
    }
  }

  /** Turns what turns. Returns whether anything moved. */
  advance(seconds: number, visuals: ReadonlyMap<string, DeviceVisual>): boolean {
    let moved = false
    for (const [i, device] of this.devices.entries()) {
      const motion = visuals.get(device.id)?.motion ?? 0
      if (motion <= 0) continue
      this.#turn[i] = ((this.#turn[i] ?? 0) + motion * seconds * 6) % (Math.PI * 2)
      this.#place(i, false)
      moved = true
    }
    return moved
  }

  dispose(): void {
    for (const mesh of this.meshes) {
      mesh.geometry.dispose()
      if (!Array.isArray(mesh.material)) mesh.material.dispose()
      mesh.dispose()
    }
  }
}
