/** Without `alt=sse` a caller of a Gemini stream waits for one JSON array instead of events. */
export function wantsEventStream(path: string): boolean {
  return /[?&]\$?alt=sse(&|$)/.test(path)
}
