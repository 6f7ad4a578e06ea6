import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml'

export type Path = readonly PropertyKey[]

/** Finds the line of a path: that of the key itself, or of the nearest parent that is written down. */
export function locator(document: Document, lines: LineCounter): (path: Path) => number {
  return (path) => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const offset = offsetOf(document, path.slice(0, depth))
      if (offset !== undefined) return lines.linePos(offset).line
    }
    return 1
  }
}

function offsetOf(document: Document, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined
  }
  if (isSeq(parent)) {
    const item = parent.items[Number(last)]
    return isNode(item) ? item.range?.[0] : undefined
  }
  return undefined
}
