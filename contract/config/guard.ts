import * as v from 'valibot'
import { name } from './names.ts'
import { duration, percentage } from './units.ts'

const flag = v.boolean()

const classifier = v.strictObject({
  provider: v.pipe(name, v.description('a provider that has `/moderations` as OpenAI has it')),
  model: v.string(),
  sample: v.optional(v.pipe(percentage, v.description('share of requests it is asked about')), '1%'),
  timeout: v.optional(duration, '1s'),
  onError: v.optional(
    v.pipe(v.picklist(['allow', 'block']), v.description('with `injection: block`: it does not answer')),
    'block',
  ),
})

export const guard = v.pipe(
  v.strictObject({
    injection: v.optional(
      v.pipe(
        v.picklist(['tag', 'block', 'strip', 'off']),
        v.description('what is done with a prompt that reaches the threshold'),
      ),
      'tag',
    ),
    threshold: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 4),
    stripInvisible: v.optional(
      v.pipe(flag, v.description('take out characters that nobody sees and no script needs')),
      true,
    ),
    wrapToolResults: v.optional(
      v.pipe(flag, v.description('mark results of tools as data, between marks that nobody can guess')),
      false,
    ),
    canary: v.optional(
      v.pipe(flag, v.description('a token in the system prompt that gives it away in answers')),
      false,
    ),
    classifier: v.optional(classifier),
  }),
  v.description('prompt injection; without this section nothing is looked for'),
)

export type GuardConfig = v.InferOutput<typeof guard>
