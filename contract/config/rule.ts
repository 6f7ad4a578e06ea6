import * as v from 'valibot'
import { languages, operations } from './names.ts'
import { amount } from './units.ts'

const text = v.string()
const flag = v.boolean()

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** What a rule may look at; all of it must hold. */
export const when = v.strictObject({
  customerTier: v.optional(text),
  customer: v.optional(text),
  app: v.optional(text),
  team: v.optional(text),
  env: v.optional(text),
  feature: v.optional(text),
  prompt: v.optional(v.pipe(text, v.description('name of a template, or name@version'))),
  tags: v.optional(v.record(v.string(), v.string())),
  dialect: v.optional(v.picklist(['chat', 'responses', 'messages', 'gemini'])),
  endpoint: v.optional(v.picklist(operations)),
  language: v.optional(v.pipe(v.picklist(languages), v.description('that a prompt is recognised in'))),
  inputTokensOver: v.optional(amount),
  inputTokensUnder: v.optional(amount),
  complexity: v.optional(v.picklist(['low', 'medium', 'high'])),
  hasTools: v.optional(flag),
  hasImages: v.optional(flag),
  hasSchema: v.optional(flag),
  streamed: v.optional(flag),
  turnsOver: v.optional(v.pipe(amount, v.description('turns of the user'))),
  time: v.optional(
    v.pipe(
      text,
      v.regex(
        /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
        'expected a window in UTC such as 22:00-06:00',
      ),
      v.description('of the day, in UTC'),
    ),
  ),
  days: v.optional(v.pipe(v.array(v.picklist(weekdays)), v.description('of the week, in UTC'))),
})
