/** Lines of so many columns, broken at spaces; what follows the first is indented. A longer word stays whole. */
export function wrap(line: string, columns: number, indent: number): string {
  const lines: string[] = []
  let rest = line
  while (rest.length > columns) {
    const before = rest.lastIndexOf(' ', columns)
    const at = before > indent ? before : rest.indexOf(' ', columns)
    if (at < 0) break
    lines.push(rest.slice(0, at).trimEnd())
    rest = `${' '.repeat(indent)}${rest.slice(at).trimStart()}`
  }
  return [...lines, rest].join('\n')
}

/** As wide as the terminal; what goes to a file or a program keeps its lines. */
export function wrapFor(
  text: string,
  terminal: { readonly isTTY?: boolean; readonly columns?: number },
  indent: number,
): string {
  if (terminal.isTTY !== true) return text
  const columns = Math.max(terminal.columns ?? 80, 2 * indent)
  return text
    .split('\n')
    .map((line) => wrap(line, columns, indent))
    .join('\n')
}
