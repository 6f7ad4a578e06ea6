import type { Panel, Row, Viz } from '../catalog/panel.ts'

export interface Place {
  readonly panel: Panel
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

const whole = 24
const sizes: Readonly<Record<Viz, readonly [w: number, h: number]>> = {
  stat: [6, 4],
  timeseries: [12, 8],
  bars: [12, 8],
  table: [24, 9],
  heatmap: [24, 8],
  states: [24, 7],
  scatter: [12, 9],
  histogram: [12, 8],
}

/** From left to right; a line is as high as its highest, and its last panel reaches to the edge. */
export function placesOf(row: Row, top: number): { places: readonly Place[]; bottom: number } {
  const places: Place[] = []
  let y = top
  for (const line of linesOf(row.panels)) {
    const h = Math.max(...line.map(({ panel }) => panel.height ?? sizes[panel.viz][1]))
    let x = 0
    line.forEach(({ panel, w }, at) => {
      const width = at === line.length - 1 ? whole - x : w
      places.push({ panel, x, y, w: width, h })
      x += width
    })
    y += h
  }
  return { places, bottom: y }
}

function linesOf(panels: readonly Panel[]): { panel: Panel; w: number }[][] {
  const stats = panels.filter(({ viz }) => viz === 'stat').length
  const lines: { panel: Panel; w: number }[][] = []
  let left = 0
  for (const panel of panels) {
    const w =
      panel.width ??
      (panel.viz === 'stat' ? Math.max(3, Math.floor(whole / Math.max(stats, 1))) : sizes[panel.viz][0])
    const line = lines.at(-1)
    if (line === undefined || w > left || (panel.viz === 'stat') !== (line[0]?.panel.viz === 'stat')) {
      lines.push([{ panel, w }])
      left = whole - w
    } else {
      line.push({ panel, w })
      left -= w
    }
  }
  return lines
}
