import type { FormatName, HostQuirks } from '../formats/format.ts'
import { modelTraits } from '../formats/messages/models.ts'

/** What the reader has of an answer whose provider is gone. */
export interface Delivered {
  readonly text: string
}

/**
 * What of it can be shown to another model. Anthropic refuses an answer that begins with text ending in blanks,
 * and nobody can read half a letter: both are kept, and known again when they come.
 */
export function showable(
  text: string,
  isPrefill: boolean,
): { readonly shown: string; readonly kept: string } {
  const whole = endsInHalf(text) ? text.slice(0, -1) : text
  const shown = isPrefill ? whole.trimEnd() : whole
  return { shown, kept: text.slice(shown.length) }
}

/** The first half of a surrogate pair: the second would have come with the next piece. */
function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

export interface PrefillAsk {
  readonly format: FormatName
  readonly model: string
  /** What the configuration or the catalog says it can do. */
  readonly capabilities: ReadonlySet<string> | undefined
  readonly quirks: HostQuirks
}

/** The model takes the start of its answer from the request. */
export function takesPrefill({ format, model, capabilities, quirks }: PrefillAsk): boolean {
  if (capabilities?.has('prefill') === true) return true
  switch (format) {
    case 'messages':
      return modelTraits(model).prefill
    case 'converse':
      return model.includes('claude') && modelTraits(model).prefill
    case 'chat':
      return quirks.prefill !== undefined
    default:
      return false
  }
}
