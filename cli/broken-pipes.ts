/** Whoever read the output has gone, a pager or a log collector: no reason to stop serving. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
