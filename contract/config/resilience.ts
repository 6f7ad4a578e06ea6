import * as v from 'valibot'
import { duration, percentage } from './units.ts'

export const timeouts = v.strictObject({
  connect: v.optional(v.pipe(duration, v.description('until the connection stands; 10s where none is set'))),
  headers: v.optional(
    v.pipe(duration, v.description('until a stream has its response head; 15s where none is set')),
  ),
  firstToken: v.optional(
    v.pipe(duration, v.description('until the first content of a stream; no limit where none is set')),
  ),
  idle: v.optional(v.pipe(duration, v.description('between two pieces of an answer; 5m where none is set'))),
  attempt: v.optional(
    v.pipe(
      duration,
      v.description('one call to a provider; where none is set half of a configured total, else 5m'),
    ),
  ),
  total: v.optional(
    v.pipe(duration, v.description('the request with all its attempts; 10m where none is set')),
  ),
})

const expectedHoldBack = 'expected 0, a duration such as 300ms, a size such as 40tokens, or all'

export const retries = v.strictObject({
  max: v.optional(
    v.pipe(
      v.number(),
      v.integer('expected a whole number'),
      v.minValue(0, 'expected 0 or more'),
      v.maxValue(10, 'expected at most 10'),
      v.description('further calls after the first, fallbacks included'),
    ),
    2,
  ),
  budget: v.optional(
    v.pipe(percentage, v.description('share of requests whose target may be asked a second time')),
    '10%',
  ),
})

const holdBack = v.pipe(
  v.union([v.literal(0), v.string()], expectedHoldBack),
  v.transform(String),
  v.regex(/^(0|all|\d+(\.\d+)?\s?(ms|s)|\d+\s?tokens)$/, expectedHoldBack),
)

export const recovery = v.strictObject({
  midStream: v.optional(
    v.pipe(
      v.picklist(['stitch', 'restart', 'error']),
      v.description(
        'when a stream dies after its first content: the next candidate goes on, begins anew, or nobody',
      ),
    ),
    'stitch',
  ),
  holdBack: v.optional(
    v.pipe(
      holdBack,
      v.description('how much of an answer waits, so that it can still be replaced: 300ms, 40tokens, all'),
    ),
    '0',
  ),
})

export const hedge = v.strictObject({
  after: v.optional(
    v.pipe(
      v.union([v.literal('p95'), duration], 'expected p95, or a duration such as 800ms'),
      v.description('without a first token by then, the next candidate is asked as well'),
    ),
    'p95',
  ),
  max: v.optional(v.pipe(percentage, v.description('share of requests that may be asked twice')), '5%'),
})

export const escalate = v.strictObject({
  after: v.optional(
    v.pipe(
      v.number(),
      v.integer('expected a whole number'),
      v.minValue(1, 'expected 1 or more'),
      v.maxValue(4, 'expected at most 4'),
      v.description('rephrased turns among the last four'),
    ),
    2,
  ),
  to: v.pipe(
    v.array(v.string()),
    v.minLength(1),
    v.description('candidates for the rest of the conversation'),
  ),
})
