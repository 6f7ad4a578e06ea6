import type { BodyEdit } from '../../providers/provider.ts'
import type { HostQuirks } from '../format.ts'

/** What must change at the top level of a chat body that otherwise goes through as it is. */
export function chatEdits(body: { has(key: string): boolean }, quirks: HostQuirks): BodyEdit[] {
  const edits: BodyEdit[] = []
  if (quirks.bothMaxFields !== true) {
    const other = quirks.maxField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
    renameTo(edits, body, { from: other, to: quirks.maxField })
  }
  if (quirks.seedField !== 'seed') renameTo(edits, body, { from: 'seed', to: quirks.seedField })
  if (!quirks.store && body.has('store')) edits.push({ remove: 'store' })
  if (!quirks.streamOptions && body.has('stream_options')) edits.push({ remove: 'stream_options' })
  return edits
}

/** Where the host's own name is already there, that one counts and the other only has to go. */
function renameTo(
  edits: BodyEdit[],
  body: { has(key: string): boolean },
  names: { readonly from: string; readonly to: string },
): void {
  if (!body.has(names.from)) return
  edits.push(body.has(names.to) ? { remove: names.from } : { rename: names.from, to: names.to })
}
