/** A line of what the engine's parser made of a statement. */
export interface TreeNode {
  /** `Function`, `TableIdentifier`, … */
  readonly kind: string
  /** What follows the kind, without alias and count of children; may be text of a caller. */
  readonly name: string
  readonly depth: number
  readonly parent: TreeNode | undefined
}

/**
 * Reads the answer of EXPLAIN AST. Names stand in it as they are, so one that holds an end of line looks like
 * further nodes: that can add something to be refused, but hides nothing, because no node loses its own line.
 */
export function readTree(text: string): readonly TreeNode[] {
  const nodes: TreeNode[] = []
  const path: TreeNode[] = []
  for (const line of text.split('\n')) {
    const words = line.trimStart()
    if (words === '') continue
    const depth = line.length - words.length
    const [kind = ''] = words.split(' ', 1)
    const rest = words.slice(kind.length).trimStart()
    const node = { kind, name: nameOf(rest), depth, parent: path[depth - 1] }
    path.length = depth
    path[depth] = node
    nodes.push(node)
  }
  return nodes
}

/** An alias that imitates another leaves a name that is none, and such are refused. */
function nameOf(rest: string): string {
  const name = rest.replace(/ ?\(children \d+\)$/, '')
  const alias = name.endsWith(')') ? name.lastIndexOf(' (alias ') : -1
  return (alias < 0 ? name : name.slice(0, alias)).trim()
}

export function childrenOf(nodes: readonly TreeNode[], parent: TreeNode | undefined): readonly TreeNode[] {
  return nodes.filter((node) => node.parent === parent && node !== parent)
}
