import * as v from 'valibot'
import { name } from './names.ts'
import { amount, duration, percentage } from './units.ts'

const text = v.string()
const flag = v.boolean()
const expectedHoldBack = 'expected 0, a duration such as 300ms, a size such as 40tokens, or all'
const reference = v.pipe(v.string(), v.minLength(1, 'expected the id of a candidate'))

export const timeouts = v.strictObject({
  connect: v.optional(v.pipe(duration, v.description('until the connection stands'))),
  headers: v.optional(v.pipe(duration, v.description('until a stream has its response head'))),
  firstToken: v.optional(v.pipe(duration, v.description('until the first content of a stream'))),
  idle: v.optional(v.pipe(duration, v.description('between two pieces of an answer'))),
  attempt: v.optional(
    v.pipe(duration, v.description('one call to a provider; default: half of a configured total')),
  ),
  total: v.optional(v.pipe(duration, v.description('the request with all its attempts'))),
})

/** What a request may need of a model. */
export const capabilities = [
  'tools',
  'vision',
  'audio',
  'documents',
  'json_schema',
  'reasoning',
  'web_search',
] as const
export type Capability = (typeof capabilities)[number]

const candidate = v.strictObject({
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
  prompt: v.optional(v.pipe(text, v.description('prompt version this candidate gets'))),
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

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const when = v.strictObject({
  customerTier: v.optional(text),
  customer: v.optional(text),
  app: v.optional(text),
  team: v.optional(text),
  env: v.optional(text),
  feature: v.optional(text),
  prompt: v.optional(text),
  tags: v.optional(v.record(v.string(), v.string())),
  dialect: v.optional(v.picklist(['chat', 'responses', 'messages', 'gemini'])),
  endpoint: v.optional(text),
  language: v.optional(text),
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

const retries = v.strictObject({
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

const recovery = v.strictObject({
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

const hedge = v.strictObject({
  after: v.optional(
    v.pipe(
      v.union([v.literal('p95'), duration], 'expected p95, or a duration such as 800ms'),
      v.description('without a first token by then, the next candidate is asked as well'),
    ),
    'p95',
  ),
  max: v.optional(v.pipe(percentage, v.description('share of requests that may be asked twice')), '5%'),
})

const escalate = v.strictObject({
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
    v.array(reference),
    v.minLength(1),
    v.description('candidates for the rest of the conversation'),
  ),
})

const cacheFor = v.union([duration, v.picklist(['off'])], 'expected a duration such as 1h, or off')

export const route = v.strictObject({
  strategy: v.optional(
    v.pipe(
      v.picklist(['weighted', 'cheapest', 'fastest', 'best', 'ordered']),
      v.description('who is asked first'),
    ),
    'weighted',
  ),
  candidates: v.pipe(
    v.array(candidate),
    v.minLength(1, 'a route needs at least one candidate'),
    v.description('models that may serve it'),
  ),
  baseline: v.optional(v.pipe(reference, v.description('candidate that savings are measured against'))),
  fallback: v.optional(
    v.pipe(v.array(reference), v.description('who is asked next; default: the others, heaviest first')),
  ),
  timeouts: v.optional(timeouts, {}),
  retries: v.optional(retries, {}),
  require: v.optional(
    v.strictObject({
      regions: v.optional(v.pipe(v.array(text), v.description('regions that may compute'))),
      zeroRetention: v.optional(v.pipe(flag, v.description('only providers that keep nothing')), false),
      capabilities: v.optional(
        v.pipe(v.array(v.picklist(capabilities)), v.description('only models that are known to have them')),
        [],
      ),
      providers: v.optional(
        v.pipe(v.array(name), v.description('approved providers; default: all of the candidates')),
      ),
    }),
    {},
  ),
  rules: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          when,
          use: v.array(reference),
          ifNone: v.optional(v.picklist(['error', 'ignore']), 'error'),
        }),
      ),
      v.description('the first that matches narrows the candidates'),
    ),
    [],
  ),
  quality: v.optional(
    v.strictObject({
      maxLoss: v.optional(v.pipe(percentage, v.description('loss against the baseline the tuner may take'))),
    }),
  ),
  mask: v.optional(
    v.pipe(
      v.record(v.string(), v.picklist(['mask', 'hash', 'redact', 'partial', 'block', 'allow', 'log-only'])),
      v.description('kind of personal data to what is done with it; `default` for the rest'),
    ),
  ),
  cache: v.optional(
    v.strictObject({
      exact: v.optional(cacheFor),
      lexical: v.optional(cacheFor),
      semantic: v.optional(cacheFor),
      scope: v.optional(v.picklist(['customer', 'key', 'route', 'app', 'team'])),
    }),
  ),
  segmentBy: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          text,
          v.regex(
            /^(feature|prompt|language|hasTools|hasSchema|tokens|tier|tags\..+)$/,
            'expected feature, prompt, language, hasTools, hasSchema, tokens, tier or tags.<key>',
          ),
        ),
      ),
      v.description('what splits its traffic into segments with weights of their own'),
    ),
    ['feature', 'prompt'],
  ),
  sticky: v.optional(
    v.pipe(v.picklist(['conversation', 'customer', 'request']), v.description('what keeps its candidate')),
    'conversation',
  ),
  explore: v.optional(
    v.pipe(percentage, v.description('share that is spread over all candidates, to keep learning')),
  ),
  hedge: v.optional(
    v.pipe(hedge, v.description('ask a second candidate when the first is slow; off by default')),
  ),
  recovery: v.optional(v.pipe(recovery, v.description('what happens to a stream that dies on the way')), {}),
  escalate: v.optional(
    v.pipe(
      escalate,
      v.description('stronger candidates where users have to repeat themselves; off by default'),
    ),
  ),
  strict: v.optional(
    v.pipe(
      flag,
      v.description('leave out candidates that cannot express a field; false: drop it and say so'),
    ),
    false,
  ),
  billing: v.optional(
    v.pipe(
      flag,
      v.description(
        'with `spool.full: refuse`: no answer without a record; false: served, and the loss counted',
      ),
    ),
    true,
  ),
  onContentFilter: v.optional(
    v.pipe(v.picklist(['return', 'fallback']), v.description('what a refusal by a content filter leads to')),
    'return',
  ),
})
