import * as v from 'valibot'
import { envName } from './names.ts'
import { duration, size } from './units.ts'

const text = v.string()
const flag = v.boolean()

/** What can be done with a find. `log-only` is what `log` was called first. */
export const maskActions = ['mask', 'redact', 'hash', 'partial', 'block', 'allow', 'log', 'log-only'] as const

const action = v.picklist(maskActions, `expected one of ${maskActions.join(', ')}`)

/** Restoring in the middle of a stream must know where a placeholder can end. */
const typePattern = /^[A-Z]{2,16}(_[A-Z]{2,16}){0,2}$/
/** Types have further names that are known from elsewhere, some of them longer. */
const nameOfType = /^[A-Z][A-Z_]{1,63}$/
const typeName = v.pipe(
  text,
  v.regex(
    typePattern,
    'expected a type such as EMAIL or ORDER_NO: at most three words of 2 to 16 capital letters',
  ),
)

/** Types of values to actions, beside the settings of the section. */
const actions = <const Entries extends v.ObjectEntries>(usual: MaskAction, entries: Entries) =>
  v.pipe(
    v.objectWithRest({ default: v.optional(action, usual), ...entries }, action),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      for (const key of Object.keys(dataset.value)) {
        if (key === 'default' || Object.hasOwn(entries, key) || nameOfType.test(key)) continue
        addIssue({
          message:
            'is no setting of `mask` and no type: types are words of capital letters, as in CREDIT_CARD',
          path: [{ type: 'object', origin: 'key', input: dataset.value, key, value: key }],
        })
      }
    }),
  )

const pattern = v.strictObject({
  type: v.pipe(typeName, v.description('what its finds are called')),
  regex: v.pipe(text, v.minLength(1, 'expected a regular expression'), v.maxLength(2000)),
  context: v.optional(v.pipe(v.array(text), v.description('one of these words must stand near'))),
  score: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
})

const dictionary = v.strictObject({
  type: typeName,
  file: v.optional(v.pipe(text, v.description('one term a line'))),
  terms: v.optional(v.array(text)),
  matchCase: v.optional(flag),
  refresh: v.optional(v.pipe(duration, v.description('how often the file is read again'))),
})

const recognizer = v.strictObject({
  url: v.pipe(text, v.description('an analyzer that speaks Presidio’s protocol')),
  timeout: v.optional(duration, '200ms'),
  types: v.optional(v.pipe(v.array(text), v.description('finds of these types count; default: all'))),
  language: v.optional(text, 'en'),
  onError: v.optional(v.picklist(['block', 'allow']), 'block'),
})

const output = v.pipe(
  actions('log', {}),
  v.description('answers: what the model says by itself; what the caller sent is no leak'),
)

export const mask = v.pipe(
  actions('mask', {
    output: v.optional(output),
    reversible: v.optional(
      v.pipe(
        v.array(v.pipe(text, v.regex(nameOfType))),
        v.description('secrets are not given back unless SECRET stands here'),
      ),
    ),
    onError: v.optional(
      v.pipe(v.picklist(['block', 'allow']), v.description('a detector failed: refuse, or send as it is')),
      'block',
    ),
    overBudget: v.optional(
      v.pipe(v.picklist(['block', 'allow']), v.description('the text is too much for the budget')),
      'block',
    ),
    budget: v.optional(
      v.strictObject({
        time: v.optional(v.pipe(duration, v.description('looking through one request')), '500ms'),
        bytes: v.optional(v.pipe(size, v.description('text of one request')), '2MiB'),
      }),
      {},
    ),
    unscanned: v.optional(
      v.pipe(v.picklist(['allow', 'block']), v.description('images, sound and files, which nobody looks at')),
      'allow',
    ),
    note: v.optional(
      v.pipe(flag, v.description('tell the model in the system prompt to repeat placeholders exactly')),
      true,
    ),
    toolArgs: v.optional(
      v.pipe(
        v.picklist(['stream', 'buffer']),
        v.description('arguments of tool calls as they come, or each call in one piece'),
      ),
      'stream',
    ),
    stable: v.optional(
      v.pipe(
        v.picklist(['off', 'hmac']),
        v.description('hmac: the same placeholder for a value in every request of a caller'),
      ),
      'off',
    ),
    keyEnv: v.optional(
      v.pipe(
        envName,
        v.description('variable with the key of `hash` and `stable`; default: a new one each start'),
      ),
    ),
    minScore: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    phoneRegions: v.optional(
      v.pipe(v.array(text), v.description('ISO countries whose mobile numbers are known')),
    ),
    skipPrivateIps: v.optional(flag),
    skipLoopbackIps: v.optional(flag),
    allow: v.optional(v.pipe(v.array(text), v.description('strings that are never masked'))),
    patterns: v.optional(v.pipe(v.array(pattern), v.maxLength(100), v.description('patterns of your own'))),
    dictionaries: v.optional(
      v.pipe(v.array(dictionary), v.maxLength(100), v.description('terms of your own')),
    ),
    recognizer: v.optional(recognizer),
  }),
  v.description('personal data and secrets: what is done with what is found; `default` for the rest'),
)

export type MaskAction = (typeof maskActions)[number]

/** As read: the settings, and types of values with what is done with them. */
export interface MaskConfig {
  readonly default?: MaskAction | undefined
  readonly output?: Readonly<Record<string, MaskAction | undefined>> | undefined
  readonly reversible?: readonly string[] | undefined
  readonly onError?: 'block' | 'allow' | undefined
  readonly overBudget?: 'block' | 'allow' | undefined
  readonly budget?: { readonly time?: number | undefined; readonly bytes?: number | undefined } | undefined
  readonly unscanned?: 'block' | 'allow' | undefined
  readonly note?: boolean | undefined
  readonly toolArgs?: 'stream' | 'buffer' | undefined
  readonly stable?: 'off' | 'hmac' | undefined
  readonly keyEnv?: string | undefined
  readonly minScore?: number | undefined
  readonly phoneRegions?: readonly string[] | undefined
  readonly skipPrivateIps?: boolean | undefined
  readonly skipLoopbackIps?: boolean | undefined
  readonly allow?: readonly string[] | undefined
  readonly patterns?: readonly v.InferOutput<typeof pattern>[] | undefined
  readonly dictionaries?: readonly v.InferOutput<typeof dictionary>[] | undefined
  readonly recognizer?: v.InferOutput<typeof recognizer> | undefined
  readonly [type: string]: unknown
}
