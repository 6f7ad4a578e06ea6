import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Effort, Reasoning } from '../../conversation/request.ts'
import { forcesTool } from './tools.ts'
import type { Writing } from './writing.ts'

export interface WrittenReasoning {
  /** Goes into additionalModelRequestFields. */
  readonly fields: JsonObject
  /** Goes into outputConfig. */
  readonly effort?: string
  /** The model will think, so it takes no sampling parameters. */
  readonly isOn: boolean
}

const untouched: WrittenReasoning = { fields: {}, isOn: false }

/** Anthropic's own minimum. */
const budgetMin = 1024

const budgetOf: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 4096,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
}

/** Converse has no field for thinking; each family has its own behind additionalModelRequestFields. */
export function writeReasoning(conversation: Conversation, writing: Writing): WrittenReasoning {
  const { reasoning } = conversation
  const { traits } = writing
  if (reasoning === undefined) return untouched
  const isOff = reasoning.mode === 'off' || reasoning.effort === 'none'
  if (traits.family === 'openai' && !isOff) {
    return { fields: { reasoning_effort: openaiEffort(reasoning.effort) }, isOn: true }
  }
  if (isOff) return switchedOff(writing)
  if (traits.thinking === 'adaptive') return adaptive(reasoning)
  const budget = traits.thinking === 'budget' ? budgetFor(conversation, writing) : undefined
  if (budget === undefined) {
    writing.drop('reasoning_effort')
    return untouched
  }
  return { fields: { thinking: { type: 'enabled', budget_tokens: budget } }, isOn: true }
}

function switchedOff(writing: Writing): WrittenReasoning {
  const { traits } = writing
  // Nothing to switch off: thinking is off unless asked for.
  if (traits.thinking !== 'adaptive' && traits.family !== 'openai') return untouched
  if (traits.canDisableThinking) return { fields: { thinking: { type: 'disabled' } }, isOn: false }
  writing.drop('reasoning_effort')
  return untouched
}

function adaptive(reasoning: Reasoning): WrittenReasoning {
  const wanted =
    reasoning.effort ?? (reasoning.budgetTokens === undefined ? undefined : effortOf(reasoning.budgetTokens))
  const effort = wanted === 'minimal' || wanted === 'none' ? 'low' : wanted
  // Models since 4.7 leave the text of their thinking out unless asked; other callers expect to read it.
  const display = reasoning.visible === false ? 'omitted' : 'summarized'
  return {
    fields: { thinking: { type: 'adaptive', display } },
    ...(effort === undefined ? {} : { effort }),
    isOn: true,
  }
}

/** Must stay under max_tokens, and a forced tool is a 400 beside it: the tool matters more to the caller. */
function budgetFor(conversation: Conversation, writing: Writing): number | undefined {
  if (forcesTool(conversation)) return undefined
  const reasoning = conversation.reasoning
  const wanted = reasoning?.budgetTokens ?? budgetOf[reasoning?.effort ?? 'medium']
  const maxTokens = conversation.maxOutputTokens ?? writing.target.maxOutputTokens ?? wanted + 1
  const budget = Math.min(Math.max(budgetMin, wanted), maxTokens - 1)
  return budget >= budgetMin ? budget : undefined
}

function effortOf(budget: number): Effort {
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}

function openaiEffort(effort: Effort | undefined): string {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' || effort === 'max' ? 'high' : (effort ?? 'medium')
}
