import { JsonBody } from '../body/json-body.ts'
import type { Format } from '../formats/format.ts'
import { continuedTurns, markPrefill } from '../recovery/continued-body.ts'
import { showable, takesPrefill } from '../recovery/delivered.ts'
import type { LaneAsk } from './create.ts'
import { readConversation } from './translation.ts'

export interface GoingOn extends LaneAsk {
  /** The last turn is the start of the answer. */
  readonly isPrefill?: boolean
}

/** The request as it is, or with the answer so far in it where the candidate is to go on with that. */
export function askToGoOn(ask: LaneAsk, format: Format): GoingOn {
  const { continues, body, dialect, candidate } = ask
  if (continues === undefined || body === undefined) return ask
  const { model, capabilities, target } = candidate
  const { quirks } = target
  const isPrefill = takesPrefill({ format: format.name, model, capabilities, quirks }) && !thinks(ask)
  const { shown } = showable(continues.text, isPrefill)
  if (shown.trim() === '') return ask
  const turns = continuedTurns(dialect.name, body, { text: shown, isPrefill })
  // Where the body is translated, its translation gets the mark.
  const fields = isPrefill && dialect.name === format.name ? markPrefill(turns, format.name, quirks) : turns
  const edits = Object.entries(fields).map(([set, value]) => ({ set, json: JSON.stringify(value) }))
  return { ...ask, isPrefill, body: JsonBody.read(body.edit(edits)) }
}

/** A model that thinks first can't begin with its answer. */
function thinks(ask: LaneAsk): boolean {
  try {
    const { reasoning } = readConversation(
      {
        caller: ask.dialect.name,
        path: { ...(ask.pathModel === '' ? {} : { model: ask.pathModel }), stream: ask.streamed },
      },
      ask.body?.parse() ?? {},
    )
    return reasoning !== undefined && reasoning.mode !== 'off'
  } catch {
    return true
  }
}
