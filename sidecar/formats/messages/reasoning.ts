import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Effort, Reasoning } from '../../conversation/request.ts'
import { knownEffort, type ModelTraits } from './models.ts'

export interface WrittenThinking {
  readonly thinking?: JsonObject
  readonly effort?: Effort
  /** The model will think, so it takes no sampling parameters. */
  readonly isOn: boolean
  readonly dropped: readonly string[]
}

const untouched: WrittenThinking = { isOn: false, dropped: [] }

/** Anthropic's own minimum. */
const budgetMin = 1024

const budgetOf: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 4096,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
}

/**
 * Thinking and effort for a model of either generation: newer ones take an effort and decide themselves,
 * older ones a budget of tokens that must stay under `max_tokens`.
 */
export function writeThinking(
  conversation: Conversation,
  traits: ModelTraits,
  maxTokens: number,
): WrittenThinking {
  const { reasoning } = conversation
  if (reasoning === undefined) return untouched
  if (reasoning.mode === 'off' || reasoning.effort === 'none') return switchedOff(traits)
  if (traits.thinking === 'none') return { isOn: false, dropped: ['reasoning_effort'] }
  if (traits.thinking === 'adaptive') return adaptive(reasoning, traits, maxTokens)
  return budgeted(reasoning, conversation, maxTokens)
}

function switchedOff(traits: ModelTraits): WrittenThinking {
  if (traits.thinking === 'none') return untouched
  if (traits.off === 'never') return { effort: 'low', isOn: true, dropped: ['reasoning_effort'] }
  return { thinking: { type: traits.off }, isOn: traits.off === 'between_tools', dropped: [] }
}

function adaptive(reasoning: Reasoning, traits: ModelTraits, maxTokens: number): WrittenThinking {
  const { budgetTokens, effort } = reasoning
  if (budgetTokens !== undefined && traits.budgets && maxTokens > budgetMin) {
    return { thinking: enabled(budgetTokens, maxTokens), isOn: true, dropped: [] }
  }
  const wanted = effort ?? (budgetTokens === undefined ? undefined : effortOf(budgetTokens))
  const written = wanted === undefined ? undefined : knownEffort(wanted, traits)
  // Models since 4.7 leave the text of their thinking out unless asked; other callers expect to read it.
  const display = reasoning.visible === false ? 'omitted' : 'summarized'
  return {
    thinking: { type: 'adaptive', display },
    ...(written === undefined ? {} : { effort: written }),
    isOn: true,
    dropped: written !== wanted && wanted !== 'minimal' ? ['reasoning_effort'] : [],
  }
}

function budgeted(reasoning: Reasoning, conversation: Conversation, maxTokens: number): WrittenThinking {
  const refused = maxTokens <= budgetMin || forcesTool(conversation) || lacksThinking(conversation)
  if (refused) return { isOn: false, dropped: ['reasoning_effort'] }
  const budget = reasoning.budgetTokens ?? Math.min(budgetOf[reasoning.effort ?? 'medium'], maxTokens * 0.8)
  return { thinking: enabled(budget, maxTokens), isOn: true, dropped: [] }
}

function enabled(budget: number, maxTokens: number): JsonObject {
  const tokens = Math.max(budgetMin, Math.min(Math.floor(budget), maxTokens - 1))
  return { type: 'enabled', budget_tokens: tokens }
}

function effortOf(budget: number): Effort {
  if (budget <= 2048) return 'low'
  if (budget <= 8192) return 'medium'
  return budget <= 32_768 ? 'high' : 'xhigh'
}

/** With a budget, a forced tool is a 400; the tool matters more to the caller than the thinking. */
function forcesTool({ toolChoice, tools }: Conversation): boolean {
  if (toolChoice === undefined || tools.length === 0) return false
  return (
    toolChoice.type === 'required' ||
    toolChoice.type === 'named' ||
    (toolChoice.type === 'allowed' && toolChoice.mode === 'required')
  )
}

/**
 * With a budget, the assistant turn of a running tool loop must begin with its thinking. A conversation
 * that another vendor began has none, and asking for thinking then is a 400.
 */
function lacksThinking({ turns }: Conversation): boolean {
  const inToolLoop = turns.at(-1)?.parts.some((part) => part.type === 'tool_result') ?? false
  if (!inToolLoop) return false
  const called = turns.findLast((turn) => turn.role === 'assistant')
  const first = called?.parts[0]
  return !(first?.type === 'thinking' && first.issuer === 'anthropic')
}
