import type { Json } from '../../../contract/json.ts'
import type { BodyEdit } from '../../providers/provider.ts'
import type { HostQuirks } from '../format.ts'
import { messageEdits } from './adapt-messages.ts'

/** The top level of a body, read without parsing what is not asked for. */
export interface ChatBody {
  has(key: string): boolean
  get(key: string): Json | undefined
  string(key: string): string | undefined
  boolean(key: string): boolean | undefined
  slice(key: string): Buffer | undefined
}

export interface AdaptedChat {
  readonly edits: readonly BodyEdit[]
  /** What the host cannot be told. */
  readonly dropped: readonly string[]
}

/** What must change in a chat body that otherwise goes through as it is: what the host would refuse. */
export function adaptChat(body: ChatBody, quirks: HostQuirks): AdaptedChat {
  const edits: BodyEdit[] = []
  const dropped: string[] = []
  if (quirks.bothMaxFields !== true) {
    const other = quirks.maxField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
    renameTo(edits, body, { from: other, to: quirks.maxField })
  }
  if (quirks.seedField !== 'seed') renameTo(edits, body, { from: 'seed', to: quirks.seedField })
  if (!quirks.store && body.has('store')) {
    edits.push({ remove: 'store' })
    // Not to store is what the host does anyway.
    if (body.boolean('store') === true) dropped.push('store')
  }
  if (!quirks.streamOptions && body.has('stream_options')) edits.push({ remove: 'stream_options' })
  edits.push(...reasoningEdits(body, quirks), ...messageEdits(body, quirks))
  return { edits, dropped }
}

/** Where the host's own name is already there, that one counts and the other only has to go. */
function renameTo(
  edits: BodyEdit[],
  body: ChatBody,
  names: { readonly from: string; readonly to: string },
): void {
  if (!body.has(names.from)) return
  edits.push(body.has(names.to) ? { remove: names.from } : { rename: names.from, to: names.to })
}

/**
 * OpenAI's word for thinking on hosts that have only a switch. Where both are understood, or the host's own
 * field is there, the caller knows best.
 */
function reasoningEdits(body: ChatBody, quirks: HostQuirks): BodyEdit[] {
  const effort = body.string('reasoning_effort')
  if (effort === undefined) return []
  const isOn = effort !== 'none'
  switch (quirks.reasoning) {
    case 'thinking_type':
      if (body.has('thinking')) return []
      return [
        { set: 'thinking', json: `{"type":"${isOn ? 'enabled' : 'disabled'}"}` },
        ...(quirks.effortBeside && isOn ? [] : [{ remove: 'reasoning_effort' }]),
      ]
    case 'enable_thinking':
      if (body.has('enable_thinking')) return []
      return [{ set: 'enable_thinking', json: String(isOn) }, { remove: 'reasoning_effort' }]
    default:
      return []
  }
}
