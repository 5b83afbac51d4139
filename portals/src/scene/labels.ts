import { type PerspectiveCamera, Vector3 } from 'three'
import { kindOf } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import { type LabelBox, layOutLabels } from './label-layout.ts'
import type { DeviceVisual, SceneOptions } from './types.ts'

interface Label {
  readonly device: DeviceConfig
  readonly element: HTMLButtonElement
  readonly anchor: Vector3
  weight: number
  text: string
}

/** Value labels as buttons over the canvas: readable by screen readers, reachable by Tab, never on top of each other. */
export class Labels {
  readonly #layer = document.createElement('div')
  readonly #labels: readonly Label[]

  constructor(host: HTMLElement, devices: readonly DeviceConfig[], options: SceneOptions) {
    this.#layer.className = `scene-labels scene-${options.theme}`
    host.append(this.#layer)
    this.#labels = devices.map((device) => {
      const element = document.createElement('button')
      element.type = 'button'
      element.className = 'scene-label'
      element.dataset.device = device.id
      element.addEventListener('click', () => options.onSelect(device.id))
      this.#layer.append(element)
      const [x, y, z] = device.placement.position
      return { device, element, anchor: new Vector3(x, y + kindOf(device.kind).shape.size[1] + 0.35, z), weight: 0, text: '' }
    })
  }

  write(visuals: ReadonlyMap<string, DeviceVisual>, selected: string | null): void {
    for (const label of this.#labels) {
      const visual = visuals.get(label.device.id)
      const chosen = label.device.id === selected
      label.weight = (chosen ? 1000 : 0) + (visual?.alarm ? 100 : 0) + (visual?.lines.length ?? 0) * 10
      const classes = `scene-label state-${visual?.state ?? 'offline'}${visual?.alarm ? ` alarm-${visual.alarm}` : ''}${visual?.stale ? ' stale' : ''}${chosen ? ' selected' : ''}`
      if (label.element.className !== classes) label.element.className = classes
      label.element.setAttribute('aria-pressed', String(chosen))
      const text = JSON.stringify([visual?.title ?? label.device.name, visual?.lines])
      if (text === label.text) continue
      label.text = text
      const title = document.createElement('b')
      title.textContent = visual?.title ?? label.device.name
      label.element.replaceChildren(
        title,
        ...(visual?.lines ?? []).map((line) => {
          const row = document.createElement('span')
          row.textContent = line.text
          if (line.stale) row.className = 'stale'
          return row
        }),
      )
    }
  }

  place(camera: PerspectiveCamera, width: number, height: number): void {
    camera.updateMatrixWorld()
    const point = new Vector3()
    const boxes: LabelBox[] = []
    for (const label of this.#labels) {
      point.copy(label.anchor).project(camera)
      if (point.z > 1) continue
      boxes.push({
        id: label.device.id,
        x: ((point.x + 1) / 2) * width,
        y: ((1 - point.y) / 2) * height,
        width: label.element.offsetWidth,
        height: label.element.offsetHeight,
        weight: label.weight,
        depth: point.z,
      })
    }
    const placed = new Map(layOutLabels(boxes, width, height).map((spot) => [spot.id, spot]))
    for (const label of this.#labels) {
      const spot = placed.get(label.device.id)
      label.element.style.visibility = spot ? 'visible' : 'hidden'
      if (spot) label.element.style.transform = `translate(${Math.round(spot.x)}px, ${Math.round(spot.y)}px) translate(-50%, -100%)`
    }
  }

  dispose(): void {
    this.#layer.remove()
  }
}
