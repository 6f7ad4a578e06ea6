/** What is looked at before a request is looked up or its answer kept. */
export interface RequestFacts {
  readonly temperature: number | undefined
  readonly choices: number
  readonly hasLogprobs: boolean
  readonly hasMedia: boolean
  /** Files and containers are the provider's, and change there. */
  readonly hasFiles: boolean
  readonly hasToolResults: boolean
  readonly turns: number
  readonly turnsMax: number
  readonly temperatureMax: number
  readonly textBytes: number
  readonly contentWords: number
  readonly isTimeBound: boolean
  readonly isFlagged: boolean
  /** Nobody knows whose question it is, and it asks about the asker's own affairs. */
  readonly isOwnAffair: boolean
}

export interface Allowed {
  readonly exact: boolean
  readonly lexical: boolean
  readonly semantic: boolean
  /** Only an equal text may answer. */
  readonly onlyEqualText: boolean
  /** Undefined: as configured. */
  readonly lifeMsMax: number | undefined
  /** Why the tiers after exact are skipped, for `explain`; '' when they are not. */
  readonly reason: string
}

const lexicalBytesMax = 2048
/** 8,000 tokens. */
const semanticBytesMax = 32_000
const timeBoundMs = 60_000

export function allowedFor(facts: RequestFacts): Allowed {
  const exact = exactRefusal(facts)
  const like = exact !== '' ? exact : likenessRefusal(facts)
  return {
    exact: exact === '',
    lexical: like === '' && facts.textBytes <= lexicalBytesMax,
    semantic: like === '' && facts.textBytes <= semanticBytesMax,
    onlyEqualText: facts.contentWords < 2,
    lifeMsMax: facts.isTimeBound ? timeBoundMs : undefined,
    reason: like !== '' ? like : facts.textBytes > lexicalBytesMax ? 'long' : '',
  }
}

function exactRefusal(facts: RequestFacts): string {
  if (facts.temperature !== undefined && facts.temperature > 1) return 'temperature'
  if (facts.hasLogprobs) return 'logprobs'
  if (facts.isFlagged) return 'flagged'
  return facts.hasFiles ? 'files' : ''
}

function likenessRefusal(facts: RequestFacts): string {
  if (facts.textBytes === 0) return 'no_text'
  if (facts.hasToolResults) return 'tool_results'
  if (facts.temperature !== undefined && facts.temperature > facts.temperatureMax) return 'temperature'
  if (facts.choices > 1) return 'choices'
  if (facts.hasMedia) return 'media'
  if (facts.isTimeBound) return 'time_bound'
  if (facts.turns > facts.turnsMax) return 'turns'
  return facts.isOwnAffair ? 'own_affair' : ''
}

/** What an answer must be to be kept at all. */
export interface AnswerFacts {
  readonly status: number
  /** Its provider has said that it is complete. */
  readonly isComplete: boolean
  readonly finish: string
  readonly textChars: number
  readonly hasToolCalls: boolean
  readonly hasRefusal: boolean
  readonly hasMedia: boolean
  readonly choices: number
  /** Placeholders in it that stand for nothing. */
  readonly unknownPlaceholders: number
  readonly isBlocked: boolean
}

/** Why an answer is not kept; '' when it may be. */
export function answerRefusal(facts: AnswerFacts): string {
  if (facts.status < 200 || facts.status > 299) return 'status'
  if (!facts.isComplete) return 'incomplete'
  if (facts.isBlocked || facts.hasRefusal) return 'refused'
  if (facts.hasToolCalls) return 'tool_calls'
  if (facts.finish !== 'stop') return 'finish'
  if (facts.hasMedia) return 'media'
  if (facts.choices > 1) return 'choices'
  if (facts.textChars === 0) return 'empty'
  return facts.unknownPlaceholders > 0 ? 'placeholders' : ''
}
