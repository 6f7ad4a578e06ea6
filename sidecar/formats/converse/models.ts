import type { Target } from '../format.ts'

/** What a model on Bedrock takes beyond what Converse has for all of them. Read off the id. */
export interface ModelTraits {
  readonly family: 'claude' | 'nova' | 'openai' | 'other'
  readonly thinking: 'adaptive' | 'budget' | 'none'
  /** Takes `thinking: disabled`; the models that cannot stop thinking answer 400 to it. */
  readonly canDisableThinking: boolean
  /** Refuses temperature and top_p in one request. */
  readonly oneSampling: boolean
  /** Takes a JSON schema for its answer, and strict tools. */
  readonly structuredOutput: boolean
  readonly cachePoints: boolean
}

const claudeVersion =
  /claude-(?:v|opus-|sonnet-|haiku-|fable-|mythos-|instant-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/

/** Claude names without a version are newer than this table. 4.6 is 406. */
const newest = 599

export function modelTraits(target: Target): ModelTraits {
  const model = target.model.toLowerCase()
  if (model.includes('claude')) return claudeTraits(model)
  const family = model.includes('amazon.nova') ? 'nova' : model.includes('openai.') ? 'openai' : 'other'
  // An inference profile is named by an ARN that does not say its model: what the caller asks for is tried.
  const isOpaque = model.startsWith('arn:')
  return {
    family,
    thinking: 'none',
    canDisableThinking: false,
    oneSampling: false,
    structuredOutput: isOpaque || (family !== 'nova' && target.capabilities.includes('schema')),
    cachePoints: isOpaque || family === 'nova' || target.capabilities.includes('cache'),
  }
}

function claudeTraits(model: string): ModelTraits {
  const found = claudeVersion.exec(model)
  const version = found === null ? newest : Number(found[1]) * 100 + Number(found[2] ?? 0)
  const alwaysThinks = /fable|mythos/.test(model) || (/opus|sonnet/.test(model) && version >= 505)
  return {
    family: 'claude',
    thinking: version >= 406 ? 'adaptive' : version >= 307 ? 'budget' : 'none',
    canDisableThinking: !alwaysThinks,
    oneSampling: version >= 401,
    structuredOutput: version >= 405,
    cachePoints: version >= 305,
  }
}
