import type { JsonObject } from '../../../contract/json.ts'
import type { Effort, OutputFormat, Reasoning } from '../../conversation/request.ts'
import { type DroppedFields, integerField, invalid, objectField, textField } from './fields.ts'

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[]
const configFields = new Set(['effort', 'format'])
const thinkingFields = new Set(['type', 'budget_tokens', 'display'])

/** `thinking` and the effort of `output_config`, which applies without thinking as well. */
export function readReasoning(body: JsonObject, dropped: DroppedFields): { reasoning?: Reasoning } {
  const effort = readEffort(body)
  const thinking = objectField(body, 'thinking')
  if (thinking === undefined) {
    return effort === undefined ? {} : { reasoning: { mode: 'adaptive', effort } }
  }
  dropped.addUnread(thinking, thinkingFields, 'thinking.')
  const display = textField(thinking, 'display', 'thinking.display')
  const budgetTokens = integerField(thinking, 'budget_tokens', 'thinking.budget_tokens')
  const shared = {
    ...(effort === undefined ? {} : { effort }),
    ...(display === undefined ? {} : { visible: display !== 'omitted' }),
  }
  switch (thinking['type']) {
    case 'disabled':
      if (effort !== undefined) dropped.add('output_config.effort')
      return { reasoning: { mode: 'off' } }
    case 'enabled':
      return {
        reasoning: { mode: 'on', ...shared, ...(budgetTokens === undefined ? {} : { budgetTokens }) },
      }
    case 'adaptive':
      return { reasoning: { mode: 'adaptive', ...shared } }
    case 'between_tools':
      // The lowest there is, for models that cannot do without.
      return { reasoning: { mode: 'on', effort: 'minimal' } }
    default:
      throw invalid('thinking.type', 'enabled, adaptive, between_tools or disabled')
  }
}

function readEffort(body: JsonObject): Effort | undefined {
  const config = objectField(body, 'output_config')
  const stated = config === undefined ? undefined : textField(config, 'effort', 'output_config.effort')
  if (stated === undefined) return undefined
  const effort = efforts.find((known) => known === stated)
  if (effort === undefined) throw invalid('output_config.effort', efforts.join(', '))
  return effort
}

export function readOutput(body: JsonObject, dropped: DroppedFields): { output?: OutputFormat } {
  const config = objectField(body, 'output_config')
  if (config === undefined) return {}
  dropped.addUnread(config, configFields, 'output_config.')
  const format = objectField(config, 'format', 'output_config.format')
  if (format === undefined) return {}
  const schema = objectField(format, 'schema', 'output_config.format.schema')
  if (format['type'] !== 'json_schema' || schema === undefined) {
    throw invalid('output_config.format', 'of type json_schema with a schema')
  }
  // Other vendors want a name; Anthropic always holds the model to the schema.
  return { output: { type: 'schema', name: 'answer', schema, strict: true } }
}
