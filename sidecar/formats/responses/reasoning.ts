import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Effort, Reasoning } from '../../conversation/request.ts'
import type { Target } from '../format.ts'

/** Encrypted reasoning is asked for so that the next turn of a tool loop can give it back. */
export function reasoningFields(
  conversation: Conversation,
  target: Target,
  dropped: Set<string>,
): JsonObject {
  const isKnown = target.capabilities.length > 0
  const canReason = target.capabilities.includes('reasoning')
  const { reasoning } = conversation
  // Models that do not reason refuse both fields. Of an unknown model only the caller's word tells.
  if (isKnown && !canReason) {
    if (reasoning !== undefined && reasoning.mode !== 'off') dropped.add('reasoning')
    return {}
  }
  if (reasoning === undefined && !canReason) return {}
  const effort = reasoning && effortOf(reasoning)
  const asked = {
    ...(effort === undefined ? {} : { effort }),
    ...(reasoning?.visible === true ? { summary: 'auto' } : {}),
  }
  return {
    ...(Object.keys(asked).length > 0 ? { reasoning: asked } : {}),
    include: ['reasoning.encrypted_content'],
  }
}

/** Token budgets as efforts: the steps by which efforts become budgets on the way back. */
const efforts: readonly (readonly [budgetMax: number, effort: Effort])[] = [
  [1024, 'low'],
  [4096, 'medium'],
]

function effortOf(reasoning: Reasoning): Effort | undefined {
  if (reasoning.mode === 'off') return 'none'
  if (reasoning.effort !== undefined || reasoning.budgetTokens === undefined) return reasoning.effort
  const budget = reasoning.budgetTokens
  return efforts.find(([budgetMax]) => budget <= budgetMax)?.[1] ?? 'high'
}
