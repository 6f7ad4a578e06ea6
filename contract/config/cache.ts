import * as v from 'valibot'
import { envName, name } from './names.ts'
import { duration, percentage, size } from './units.ts'

const lasting = v.union([duration, v.picklist(['off'])], 'expected a duration such as 1h, or off')
const word = v.pipe(v.string(), v.minLength(1, 'expected a word'), v.maxLength(64, 'expected a word'))
const groups = v.array(v.pipe(v.array(word), v.minLength(2, 'expected at least two words')))

/** What of a route's answers is kept, how long, and for whom. */
export const routeCache = v.strictObject({
  exact: v.optional(v.pipe(lasting, v.description('life of answers for equal requests')), 'off'),
  lexical: v.optional(
    v.pipe(lasting, v.description('and for the same question in other clothes; needs no model')),
    'off',
  ),
  semantic: v.optional(
    v.pipe(lasting, v.description('and for questions of the same meaning, once proven; needs `embeddings`')),
    'off',
  ),
  scope: v.optional(
    v.pipe(
      v.picklist(['customer', 'key', 'route', 'app', 'team']),
      v.description('who shares answers: a customer of a key, a key, an app, a team, or all of the route'),
    ),
    'customer',
  ),
  maxTurns: v.optional(
    v.pipe(
      v.number(),
      v.integer('expected a whole number'),
      v.minValue(1, 'expected at least 1'),
      v.description('turns of users in a conversation whose last question may be answered by likeness'),
    ),
    1,
  ),
  maxTemperature: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(2),
      v.description('above it only equal requests are answered'),
    ),
    0.3,
  ),
  maxError: v.optional(
    v.pipe(percentage, v.description('share of hits by likeness that may be wrong')),
    '2%',
  ),
  staleWhileRevalidate: v.optional(
    v.pipe(
      duration,
      v.description('after its life an answer is served this long, and fetched anew behind it'),
    ),
    '0s',
  ),
  staleIfError: v.optional(
    v.pipe(duration, v.description('after its life it is served this long when no provider answers')),
    '0s',
  ),
  embeddings: v.optional(
    v.strictObject({
      provider: v.pipe(name, v.description('a configured provider with an OpenAI-compatible /embeddings')),
      model: v.pipe(v.string(), v.minLength(1, 'expected the name of a model')),
      dimensions: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      timeout: v.optional(v.pipe(duration, v.description('how long a request waits for its vector')), '50ms'),
    }),
  ),
  synonyms: v.optional(v.pipe(groups, v.description('words that mean the same here')), []),
  opposites: v.optional(v.pipe(groups, v.description('words that turn a question into another')), []),
  audit: v.optional(
    v.strictObject({
      usdPerDay: v.optional(
        v.pipe(
          v.number(),
          v.minValue(0),
          v.description('most that checking hits may cost; 0: none is checked'),
        ),
        1,
      ),
    }),
    {},
  ),
  pace: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,3}\/s$/, 'expected events per second such as 50/s'),
      v.description('events per second of a replayed stream; default: at once'),
    ),
  ),
})

export const cache = v.strictObject({
  size: v.optional(v.pipe(size, v.description('memory for answers, in each worker')), '256MiB'),
  quota: v.optional(v.pipe(percentage, v.description('share of it that one customer may fill')), '25%'),
  usdPerSecond: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.description('what a second of waiting counts when entries are weighed'),
    ),
    0.0001,
  ),
  snapshot: v.optional(
    v.strictObject({
      keyEnv: v.pipe(envName, v.description('variable with the key it is encrypted under, 32 bytes in hex')),
      every: v.optional(v.pipe(duration, v.description('how often it is written')), '1m'),
    }),
  ),
  share: v.optional(
    v.pipe(
      v.boolean(),
      v.description('share entries between sidecars through the warehouse; needs `content.store: masked`'),
    ),
    false,
  ),
})
