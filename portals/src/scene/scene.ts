import {
  AmbientLight,
  Box3,
  Color,
  DirectionalLight,
  DoubleSide,
  Fog,
  GridHelper,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  type Object3D,
  PCFShadowMap,
  PerspectiveCamera,
  PlaneGeometry,
  Raycaster,
  RingGeometry,
  Scene,
  Vector2,
  Vector3,
  WebGLRenderer,
} from 'three'
import { OrbitControls } from 'three/addons/controls/OrbitControls.js'
import { kindOf } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import { Labels } from './labels.ts'
import { Machines } from './machines.ts'
import { alarmColours, themes } from './palette.ts'
import { PipeRuns } from './pipes.ts'
import type { CameraPreset, SceneOptions, SceneUpdate } from './types.ts'

const nothing: SceneUpdate = { devices: new Map(), flows: new Map() }

/** The 3D twin of one station. Imperative on purpose: telemetry writes colours and matrices, not component trees. */
export class StationSceneView {
  readonly #options: SceneOptions
  readonly #host: HTMLElement
  readonly #renderer: WebGLRenderer
  readonly #scene = new Scene()
  readonly #camera = new PerspectiveCamera(42, 1, 0.1, 400)
  readonly #controls: OrbitControls
  readonly #machines: readonly Machines[]
  readonly #pipes: PipeRuns
  readonly #labels: Labels
  readonly #rings = new Map<string, Mesh<RingGeometry, MeshBasicMaterial>>()
  readonly #selection: Mesh<RingGeometry, MeshBasicMaterial>
  readonly #observer: ResizeObserver
  readonly #still: boolean
  #update: SceneUpdate = nothing
  #selected: string | null = null
  #frame = 0
  #last = 0
  /** Time between pictures, ms, and how long the browser lately took for one. */
  #interval = 33
  #cost = 0
  #drew = false
  #dirty = true
  #box = new Box3()

  /** Throws when the browser gives no WebGL context; the caller then shows the 2D diagram. */
  constructor(host: HTMLElement, options: SceneOptions) {
    this.#host = host
    this.#options = options
    this.#still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#renderer = new WebGLRenderer({ antialias: window.devicePixelRatio < 2, powerPreference: 'high-performance' })
    this.#renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2))
    this.#renderer.shadowMap.enabled = true
    this.#renderer.shadowMap.type = PCFShadowMap
    this.#renderer.domElement.setAttribute('aria-hidden', 'true')
    host.append(this.#renderer.domElement)

    const theme = themes[options.theme]
    this.#scene.background = new Color(theme.background)
    this.#scene.fog = new Fog(theme.background, 60, 160)

    const visible = options.config.devices.filter((device) => kindOf(device.kind).shape.parts.length > 0)
    const byKind = Map.groupBy(visible, (device) => device.kind)
    this.#machines = [...byKind].map(([kind, devices]) => new Machines(kindOf(kind), devices, options.theme))
    this.#pipes = new PipeRuns(options.config.pipes)
    for (const machines of this.#machines) this.#scene.add(...machines.meshes)
    if (this.#pipes.meshes.length > 0) this.#scene.add(...this.#pipes.meshes)
    for (const device of visible) this.#box.expandByPoint(new Vector3(...device.placement.position))
    for (const pipe of options.config.pipes) for (const point of pipe.path) this.#box.expandByPoint(new Vector3(...point))
    if (this.#box.isEmpty()) this.#box.set(new Vector3(-5, 0, -5), new Vector3(5, 3, 5))
    this.#box.expandByScalar(2)
    this.#addRoom(theme)
    this.#selection = this.#ring(1.1, 1.22, 0x60a5fa)
    this.#selection.visible = false

    this.#labels = new Labels(host, visible, options)
    this.#controls = new OrbitControls(this.#camera, this.#renderer.domElement)
    this.#controls.maxPolarAngle = Math.PI / 2 - 0.05
    this.#controls.minDistance = 3
    this.#controls.maxDistance = 120
    this.#controls.addEventListener('change', () => this.#invalidate())
    this.preset('overview')

    this.#renderer.domElement.addEventListener('click', this.#pick)
    this.#observer = new ResizeObserver(() => this.#resize())
    this.#observer.observe(host)
    this.#resize()
    this.#frame = requestAnimationFrame(this.#tick)
  }

  #addRoom(theme: (typeof themes)['dark' | 'light']): void {
    const size = this.#box.getSize(new Vector3())
    const centre = this.#box.getCenter(new Vector3())
    const reach = Math.max(size.x, size.z) + 8
    const floor = new Mesh(new PlaneGeometry(reach, reach), new MeshStandardMaterial({ color: theme.floor, roughness: 0.95 }))
    floor.rotation.x = -Math.PI / 2
    floor.position.set(centre.x, -0.01, centre.z)
    floor.receiveShadow = true
    const grid = new GridHelper(reach, Math.round(reach), theme.grid, theme.grid)
    grid.position.set(centre.x, 0.002, centre.z)
    const sun = new DirectionalLight(0xffffff, theme.sun)
    sun.position.set(centre.x + reach * 0.4, reach * 0.9, centre.z + reach * 0.5)
    sun.target.position.copy(centre)
    sun.castShadow = true
    sun.shadow.mapSize.set(1024, 1024)
    const half = reach / 1.6
    Object.assign(sun.shadow.camera, { left: -half, right: half, top: half, bottom: -half, far: reach * 3 })
    this.#scene.add(
      floor,
      grid,
      sun,
      sun.target,
      new AmbientLight(0xffffff, theme.ambient * 0.6),
      new HemisphereLight(0xbfd4ea, theme.floor, theme.ambient),
    )
  }

  #ring(inner: number, outer: number, colour: number): Mesh<RingGeometry, MeshBasicMaterial> {
    const ring = new Mesh(
      new RingGeometry(inner, outer, 48),
      new MeshBasicMaterial({ color: colour, transparent: true, side: DoubleSide, depthWrite: false }),
    )
    ring.rotation.x = -Math.PI / 2
    this.#scene.add(ring)
    return ring
  }

  #device(id: string): DeviceConfig | undefined {
    return this.#options.config.devices.find((device) => device.id === id)
  }

  /** Radius of the ring around a machine's foot. */
  #reach(device: DeviceConfig): number {
    const [x, , z] = kindOf(device.kind).shape.size
    return Math.max(0.45, Math.hypot(x, z) / 2 + 0.15)
  }

  /** New values; cheap enough to be called with every frame of the stream. */
  show(update: SceneUpdate): void {
    this.#update = update
    for (const machines of this.#machines) machines.paint(update.devices)
    for (const [id, visual] of update.devices) {
      const ring = this.#rings.get(id)
      if (!visual.alarm) {
        if (ring) ring.visible = false
        continue
      }
      const device = this.#device(id)
      if (!device) continue
      const mine = ring ?? this.#ring(0.86, 1, alarmColours[visual.alarm])
      this.#rings.set(id, mine)
      const [x, , z] = device.placement.position
      mine.visible = true
      mine.position.set(x, 0.02, z)
      mine.scale.setScalar(this.#reach(device) * 1.15)
      mine.material.color.setHex(alarmColours[visual.alarm])
    }
    this.#labels.write(update.devices, this.#selected)
    this.#invalidate()
  }

  select(id: string | null): void {
    this.#selected = id
    const device = id === null ? undefined : this.#device(id)
    this.#selection.visible = device !== undefined
    if (device) {
      const [x, , z] = device.placement.position
      this.#selection.position.set(x, 0.03, z)
      this.#selection.scale.setScalar(this.#reach(device))
    }
    this.#labels.write(this.#update.devices, id)
    this.#invalidate()
  }

  preset(preset: CameraPreset): void {
    const centre = this.#box.getCenter(new Vector3())
    const vertical = (this.#camera.fov / 2) * (Math.PI / 180)
    const narrow = Math.min(vertical, Math.atan(Math.tan(vertical) * this.#camera.aspect))
    const fit = (this.#box.getSize(new Vector3()).length() / 2 / Math.sin(narrow)) * 0.63
    const device = this.#selected === null ? undefined : this.#device(this.#selected)
    const target = preset === 'selected' && device ? new Vector3(...device.placement.position).setY(0.8) : centre.clone().setY(1)
    const distance = preset === 'selected' && device ? 6 : fit
    const direction = { overview: [0.65, 0.7, 0.95], top: [0, 1, 0.001], front: [0, 0.28, 1], selected: [0.6, 0.5, 0.8] }[preset] as [
      number,
      number,
      number,
    ]
    this.#camera.position.copy(target).add(new Vector3(...direction).normalize().multiplyScalar(distance))
    this.#controls.target.copy(target)
    this.#controls.update()
    this.#invalidate()
  }

  /** Keyboard: orbit by degrees, zoom by a factor. */
  nudge(yaw: number, pitch: number, zoom: number): void {
    const offset = this.#camera.position.clone().sub(this.#controls.target)
    const polar = Math.min(Math.max(Math.acos(offset.y / offset.length()) + pitch, 0.05), Math.PI / 2 - 0.06)
    const azimuth = Math.atan2(offset.x, offset.z) + yaw
    offset.setFromSphericalCoords(Math.min(Math.max(offset.length() * zoom, 3), 120), polar, azimuth)
    this.#camera.position.copy(this.#controls.target).add(offset)
    this.#controls.update()
    this.#invalidate()
  }

  readonly #pick = (event: MouseEvent): void => {
    const bounds = this.#renderer.domElement.getBoundingClientRect()
    const pointer = new Vector2(
      ((event.clientX - bounds.left) / bounds.width) * 2 - 1,
      1 - ((event.clientY - bounds.top) / bounds.height) * 2,
    )
    const ray = new Raycaster()
    ray.setFromCamera(pointer, this.#camera)
    const owner = new Map<Object3D, Machines>(
      this.#machines.flatMap((machines) => machines.meshes.map((mesh) => [mesh, machines] as const)),
    )
    const hit = ray.intersectObjects([...owner.keys()], false)[0]
    const device = hit?.instanceId === undefined ? undefined : owner.get(hit.object)?.devices[hit.instanceId]
    this.#options.onSelect(device?.id ?? null)
  }

  #invalidate(): void {
    this.#dirty = true
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#host
    if (width === 0 || height === 0) return
    const first = this.#camera.aspect === 1
    this.#camera.aspect = width / height
    this.#camera.updateProjectionMatrix()
    this.#renderer.setSize(width, height)
    if (first) this.preset('overview')
    this.#invalidate()
  }

  readonly #tick = (now: number): void => {
    this.#frame = requestAnimationFrame(this.#tick)
    if (this.#drew) this.#pace(now)
    this.#drew = false
    // 30 pictures a second are enough for machines; a hidden page draws none.
    if (now - this.#last < this.#interval || document.hidden) return
    const seconds = Math.min((now - this.#last) / 1000, 0.2)
    this.#last = now
    let moved = this.#dirty
    if (!this.#still) {
      for (const machines of this.#machines) moved = machines.advance(seconds, this.#update.devices) || moved
      moved = this.#pipes.advance(seconds, this.#update.flows) || moved
    }
    const pulse = this.#still ? 1 : 0.45 + 0.55 * Math.abs(Math.sin(now / 420))
    for (const ring of this.#rings.values())
      if (ring.visible) {
        ring.material.opacity = pulse
        moved = true
      }
    if (!moved) return
    if (this.#dirty) this.#labels.place(this.#camera, this.#host.clientWidth, this.#host.clientHeight)
    this.#dirty = false
    this.#renderer.render(this.#scene, this.#camera)
    this.#drew = true
  }

  /** A machine without a real GPU keeps two thirds of its time for everything else: fewer pictures, then plainer ones. */
  #pace(now: number): void {
    this.#cost += (now - this.#last - this.#cost) * 0.3
    this.#interval = Math.min(Math.max(33, this.#cost * 3), 1500)
    if (this.#cost > 120 && this.#renderer.shadowMap.enabled) {
      this.#renderer.shadowMap.enabled = false
      this.#renderer.setPixelRatio(Math.min(window.devicePixelRatio, 1) * 0.75)
      this.#scene.traverse((object) => {
        if (object instanceof Mesh && object.material instanceof MeshStandardMaterial) object.material.needsUpdate = true
      })
    }
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#observer.disconnect()
    this.#renderer.domElement.removeEventListener('click', this.#pick)
    this.#controls.dispose()
    for (const machines of this.#machines) machines.dispose()
    this.#pipes.dispose()
    this.#labels.dispose()
    this.#renderer.dispose()
    this.#renderer.domElement.remove()
  }
}
