import { type JsonObject, numberAt, objectAt } from '../../../contract/json.ts'

/** What a request's settings say about whether its answer may be kept. */
export interface Settings {
  readonly temperature: number | undefined
  readonly choices: number
  readonly hasLogprobs: boolean
}

export function settingsOf(body: JsonObject): Settings {
  const gemini = objectAt(body, 'generationConfig') ?? objectAt(body, 'generation_config')
  const from = (...names: readonly string[]) => {
    for (const name of names) {
      const found = numberAt(body, name) ?? numberAt(gemini, name)
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    temperature: from('temperature'),
    choices: from('n', 'candidateCount', 'candidate_count', 'best_of') ?? 1,
    hasLogprobs:
      isSet(body['logprobs']) || isSet(body['top_logprobs']) || isSet(gemini?.['responseLogprobs']),
  }
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== false
