import type { JsonObject } from '../../../contract/json.ts'
import type { Effort, Reasoning } from '../../conversation/request.ts'
import type { Target } from '../format.ts'

/** Rough equals between effort and tokens of thinking, for hosts that know only one of the two. */
const budgetOfEffort: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 4096,
  high: 16384,
  xhigh: 32768,
  max: 65536,
}

export function writeReasoning(
  reasoning: Reasoning | undefined,
  target: Target,
  dropped: Set<string>,
): JsonObject {
  if (reasoning === undefined) return {}
  const { capabilities, quirks } = target
  // An unknown model may well reason; one that is known not to would answer 400.
  const cannot = capabilities.length > 0 && !capabilities.includes('reasoning')
  if (cannot || quirks.reasoning === 'none') {
    if (reasoning.mode !== 'off') dropped.add('reasoning_effort')
    return {}
  }
  return inStyle(reasoning, target)
}

function inStyle(reasoning: Reasoning, { quirks }: Target): JsonObject {
  const isOn = reasoning.mode !== 'off'
  const effort = isOn ? effortOf(reasoning) : 'none'
  switch (quirks.reasoning) {
    case 'effort':
      return effort === undefined ? {} : { reasoning_effort: effort }
    case 'thinking_type':
      return {
        thinking: { type: isOn ? 'enabled' : 'disabled' },
        ...(quirks.effortBeside && isOn && effort !== undefined ? { reasoning_effort: effort } : {}),
      }
    case 'enable_thinking':
      return { enable_thinking: isOn, ...(isOn ? budgetField(reasoning) : {}) }
    case 'enabled_object':
      return { reasoning: { enabled: isOn } }
    case 'effort_object':
      return { reasoning: effortObject(reasoning, effort) }
    case 'template_kwargs':
      return { chat_template_kwargs: { enable_thinking: isOn } }
    case 'think':
      return { think: isOn, ...(effort === undefined ? {} : { reasoning_effort: effort }) }
    case 'none':
      return {}
  }
}

/** Adaptive thinking without an effort means: as the model likes, which is what saying nothing means. */
function effortOf(reasoning: Reasoning): Effort | undefined {
  if (reasoning.effort !== undefined) return reasoning.effort
  const budget = reasoning.budgetTokens
  if (budget === undefined) return reasoning.mode === 'on' ? 'medium' : undefined
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}

function budgetField(reasoning: Reasoning): JsonObject {
  const { budgetTokens, effort } = reasoning
  const budget = budgetTokens ?? (effort === undefined ? undefined : budgetOfEffort[effort])
  return budget === undefined ? {} : { thinking_budget: budget }
}

function effortObject(reasoning: Reasoning, effort: Effort | undefined): JsonObject {
  if (reasoning.budgetTokens !== undefined && reasoning.mode !== 'off')
    return { max_tokens: reasoning.budgetTokens }
  return effort === undefined ? { enabled: true } : { effort }
}
