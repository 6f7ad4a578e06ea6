import * as v from 'valibot'
import { name } from './names.ts'
import { timeouts } from './resilience.ts'
import { amount } from './units.ts'

/** What a request may need of a model. */
export const capabilities = [
  'tools',
  'vision',
  'audio',
  'documents',
  'json_schema',
  'reasoning',
  'web_search',
  'prefill',
] as const
export type Capability = (typeof capabilities)[number]

export const candidate = v.strictObject({
  id: v.optional(v.pipe(name, v.description('default: provider/model'))),
  provider: v.pipe(name, v.description('a name under `providers`')),
  model: v.pipe(v.string(), v.minLength(1), v.description('what the provider calls it')),
  weight: v.optional(
    v.pipe(v.number(), v.minValue(0, 'expected a weight of 0 or more'), v.description('share of `weighted`')),
    1,
  ),
  params: v.optional(
    v.pipe(v.record(v.string(), v.unknown()), v.description('fields set in every request to this candidate')),
  ),
  prompt: v.optional(v.pipe(v.string(), v.description('prompt version this candidate gets'))),
  capabilities: v.optional(
    v.pipe(
      v.array(v.picklist(capabilities)),
      v.description(
        'what the model can do; default: what the catalog says, and anything where it says nothing',
      ),
    ),
  ),
  contextWindow: v.optional(
    v.pipe(amount, v.description('tokens of prompt and answer together; default: what the catalog says')),
  ),
  timeouts: v.optional(timeouts, {}),
})
