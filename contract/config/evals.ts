import * as v from 'valibot'
import { envName, name } from './names.ts'
import { amount, duration, percentage } from './units.ts'

const text = v.pipe(v.string(), v.minLength(1))
const off = v.literal('off')

/** The loop that tunes weights. Without this key nothing runs by itself. */
export const evals = v.strictObject({
  every: v.optional(
    v.pipe(v.union([off, duration]), v.description('how often `up` and `evals run --every` run; ±10 %')),
    '6h',
  ),
  watchEvery: v.optional(
    v.pipe(v.union([off, duration]), v.description('how often canaries and drift are looked at')),
    '5m',
  ),
  scores: v.optional(v.pipe(amount, v.description('scores a day, each route')), 600),
  budget: v.optional(
    v.strictObject({
      usd: v.pipe(v.number(), v.minValue(0), v.description('what judging and replaying may cost')),
      per: v.optional(v.picklist(['run']), 'run'),
    }),
    { usd: 5 },
  ),
  judge: v.optional(
    v.strictObject({
      provider: v.pipe(name, v.description('a name under `providers`')),
      model: v.pipe(text, v.description('of another family than the candidates, where possible')),
      rubric: v.optional(
        v.pipe(text, v.description('`default`, or what a good answer is, in words')),
        'default',
      ),
      labels: v.optional(
        v.pipe(
          text,
          v.description('JSONL of what people say of the same answers: what the judge is calibrated on'),
        ),
      ),
    }),
  ),
  golden: v.optional(
    v.pipe(
      v.union([text, v.array(text)]),
      v.description('JSONL files of questions with known answers; a name may hold *'),
    ),
  ),
  shadow: v.optional(
    v.strictObject({
      share: v.optional(
        v.pipe(percentage, v.description("of the route's spend that replaying its prompts may cost")),
        '3%',
      ),
      prompts: v.optional(v.pipe(amount, v.description('prompts a day, each route')), 100),
    }),
  ),
  sidecar: v.optional(
    v.pipe(text, v.description('where judge and replays are asked; default: `listen` of this file')),
  ),
  signKeyEnv: v.optional(
    v.pipe(envName, v.description('variable that holds the private key, where `policy.publicKey` is set')),
  ),
})

export type EvalsConfig = v.InferOutput<typeof evals>

/** What the tuner keeps to on one route. */
export const quality = v.strictObject({
  maxLoss: v.optional(
    v.pipe(percentage, v.description('loss against the baseline the tuner may take; it tunes with 2%')),
  ),
  min: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(1, 'expected a score from 0 to 1'),
      v.description('quality below which it alarms, and saves nothing'),
    ),
  ),
  scope: v.optional(
    v.pipe(
      v.picklist(['route', 'segment']),
      v.description('whether the floor holds on the whole or in each segment'),
    ),
    'route',
  ),
  segmentLoss: v.optional(
    v.pipe(percentage, v.description('loss in any one segment; default: twice `maxLoss`, at least 6%')),
  ),
  scorer: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'expected judge, gates or the name of a score'),
      v.description('judge, gates, or a name of feedback such as thumbs; default: judge where there is one'),
    ),
  ),
  mode: v.optional(
    v.pipe(
      v.picklist(['mix', 'single', 'observe', 'ab', 'freeze']),
      v.description('mix; single: one candidate a segment; observe: compute only; ab, freeze: weights stay'),
    ),
    'mix',
  ),
})
