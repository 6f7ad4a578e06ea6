import { booleanAt, countAt, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { Effort, Reasoning } from '../../conversation/request.ts'
import { invalid, optionalString } from './wire.ts'

const efforts: ReadonlySet<string> = new Set<Effort>([
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
])

/** Fields that ask for thinking: OpenAI's, and those that clients of other hosts send on the chat wire. */
export const reasoningKeys = [
  'reasoning_effort',
  'reasoning',
  'thinking',
  'enable_thinking',
  'thinking_budget',
]

export function readReasoning(body: JsonObject): Reasoning | undefined {
  const nested = objectAt(body, 'reasoning')
  const thinking = objectAt(body, 'thinking')
  const effort = effortAt(optionalString(body, 'reasoning_effort') ?? stringAt(nested, 'effort'))
  const budgetTokens =
    countAt(nested, 'max_tokens') ?? countAt(thinking, 'budget_tokens') ?? countAt(body, 'thinking_budget')
  const enabled = switchAt(body, thinking, nested)
  if (effort === 'none' || (enabled === 'off' && effort === undefined)) return { mode: 'off' }
  if (effort === undefined && budgetTokens === undefined && enabled === undefined) return undefined
  const excluded = booleanAt(nested, 'exclude')
  return {
    mode: enabled === 'adaptive' ? 'adaptive' : 'on',
    ...(effort === undefined ? {} : { effort }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    ...(excluded === undefined ? {} : { visible: !excluded }),
  }
}

function effortAt(effort: string | undefined): Effort | undefined {
  if (effort === undefined) return undefined
  if (efforts.has(effort)) return effort as Effort
  throw invalid('reasoning_effort', `must be one of ${[...efforts].join(', ')}`)
}

function switchAt(
  body: JsonObject,
  thinking: JsonObject | undefined,
  nested: JsonObject | undefined,
): Reasoning['mode'] | undefined {
  const type = stringAt(thinking, 'type')
  if (type === 'adaptive') return 'adaptive'
  const enabled = booleanAt(body, 'enable_thinking') ?? booleanAt(nested, 'enabled')
  if (type === 'disabled' || enabled === false) return 'off'
  return type === 'enabled' || enabled === true ? 'on' : undefined
}
