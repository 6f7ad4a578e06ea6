import type { Effort } from '../../conversation/request.ts'

/** What a Claude model accepts of thinking, tools and turns. Read off its name: answers do not say. */
export interface ModelTraits {
  /** How thinking is asked for; `none`: the model cannot think. */
  readonly thinking: 'adaptive' | 'budget' | 'none'
  /** Takes `budget_tokens`, besides adaptive thinking or instead of it. */
  readonly budgets: boolean
  /** What switches thinking off; `never` for models that always think. */
  readonly off: 'disabled' | 'between_tools' | 'never'
  readonly highestEfforts: readonly Effort[]
  /** Refuses temperature, top_p and top_k, whatever the catalog says. */
  readonly noSampling: boolean
  /** Refuses temperature and top_p in one request. */
  readonly oneSampling: boolean
  readonly forcedTools: boolean
  readonly structuredOutput: boolean
  /** Takes `role: system` between turns. */
  readonly systemTurns: boolean
  /** Goes on with a last turn of the assistant. A 400 from 4.6 on. */
  readonly prefill: boolean
}

interface ClaudeName {
  readonly family: string
  /** 4.6 is 406. */
  readonly version: number
}

const families = /(opus|sonnet|haiku|fable|mythos)/
const versionInName =
  /claude-(?:v|opus-|sonnet-|haiku-|fable-|mythos-|instant-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/

/** Names without a version (aliases such as `…-latest`, the host's own) count as the newest models do. */
const newest: ClaudeName = { family: '', version: 599 }

export function modelTraits(model: string): ModelTraits {
  const { family, version } = readName(model.toLowerCase())
  const always = alwaysThinks(family, version)
  const adaptive = version >= 406
  return {
    thinking: adaptive ? 'adaptive' : version >= 307 ? 'budget' : 'none',
    budgets: version >= 307 && version <= 406,
    off: always ? (family === 'sonnet' ? 'between_tools' : 'never') : 'disabled',
    highestEfforts: version >= 407 ? ['xhigh', 'max'] : ['max'],
    noSampling: version >= 407,
    oneSampling: version >= 401,
    forcedTools: !(always && version > 500),
    structuredOutput: version >= 405 || (family === 'opus' && version === 401),
    // Opus 4.8 was the first; every family of 5 and later has them.
    systemTurns: version >= 408,
    prefill: version < 406,
  }
}

function readName(model: string): ClaudeName {
  const found = versionInName.exec(model)
  if (found === null) return newest
  const major = Number(found[1])
  return { family: families.exec(model)?.[1] ?? '', version: major * 100 + Number(found[2] ?? 0) }
}

/** Fable, Mythos and, from 5.5 on, Opus and Sonnet think whether they are asked to or not. */
function alwaysThinks(family: string, version: number): boolean {
  if (family === 'fable' || family === 'mythos') return true
  return (family === 'opus' || family === 'sonnet') && version >= 505
}

/** The nearest effort the model knows, never a dearer one but for `minimal`, which has no equal. */
export function knownEffort(effort: Effort, traits: ModelTraits): Effort {
  switch (effort) {
    case 'none':
    case 'minimal':
    case 'low':
      return 'low'
    case 'xhigh':
      return traits.highestEfforts.includes('xhigh') ? 'xhigh' : 'high'
    case 'max':
      return traits.highestEfforts.includes('max') ? 'max' : 'high'
    default:
      return effort
  }
}
