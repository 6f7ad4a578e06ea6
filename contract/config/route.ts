import * as v from 'valibot'
import { routeCache } from './cache.ts'
import { candidate, capabilities } from './candidate.ts'
import { quality } from './evals.ts'
import { guard } from './guard.ts'
import { mask } from './mask.ts'
import { name } from './names.ts'
import { escalate, hedge, recovery, retries, timeouts } from './resilience.ts'
import { when } from './rule.ts'
import { percentage } from './units.ts'

const text = v.string()
const flag = v.boolean()
const reference = v.pipe(v.string(), v.minLength(1, 'expected the id of a candidate'))

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
  quality: v.optional(v.pipe(quality, v.description('the floor that the evals keep while they save'))),
  mask: v.optional(mask),
  guard: v.optional(guard),
  cache: v.optional(v.pipe(routeCache, v.description('answers that are given again; off by default'))),
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
