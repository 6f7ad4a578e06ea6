/**
 * What providers do when they fail. One list for those who try it on a configuration (`sidelight drill`) and for
 * the tests of the sidecar.
 */
export interface Scenario {
  readonly name: string
  /** What the provider does, for people. */
  readonly what: string
  readonly trouble: Trouble
  /** How much of a streamed answer the caller has by then. */
  readonly begins: 'before' | 'midway'
  /** How it should end where another candidate may answer. */
  readonly ends: Ending
}

export type Trouble =
  /** Settings of the simulated provider. */
  | { readonly kind: 'settings'; readonly settings: string }
  /** Its first token comes after the route's patience. */
  | { readonly kind: 'slow' }
  /** Nothing is wrong with the provider but its address. */
  | { readonly kind: 'refused' | 'unknown_host' }

export type Ending =
  /** A full answer of somebody else. */
  | 'answer'
  /** The same, from a model with a larger window. */
  | 'larger_window'
  /** The verdict stands, unless the route says otherwise. */
  | 'verdict'
  /** There is nobody to answer. */
  | 'error'

const settings = (text: string): Trouble => ({ kind: 'settings', settings: text })

type Row = readonly [name: string, what: string, trouble: Trouble]

const before: readonly Row[] = [
  ['refused', 'nothing listens at its address', { kind: 'refused' }],
  ['unknown-host', 'its name does not resolve', { kind: 'unknown_host' }],
  ['reset', 'resets the connection', settings('fault=reset')],
  ['error-500', 'answers 500', settings('status=500')],
  ['error-503', 'answers 503 with Retry-After', settings('status=503; retry-after=7')],
  ['rate-limit', 'over its rate limit, with Retry-After', settings('refuse=rate; retry-after=7')],
  ['spend-limit', 'quota or credit is spent', settings('refuse=quota')],
  ['bad-key', 'refuses the key', settings('refuse=key')],
  ['silent', 'takes the request and says nothing', settings('fault=hang-headers')],
  ['silent-start', 'sends a head and then nothing', settings('fault=hang')],
  ['slow-start', 'is too slow for the limits of the route', { kind: 'slow' }],
  ['error-first', 'an error inside a 200', settings('fault=error-first')],
  ['malformed', 'what it sends cannot be read', settings('fault=garble')],
  ['cut-json', 'JSON that stops in the middle', settings('fault=cut-json')],
  ['html', 'a page of HTML with 200', settings('fault=html')],
  ['empty', 'an empty body with 200', settings('fault=empty')],
]

const midway: readonly Row[] = [
  ['cut-early', 'the connection dies after the first words', settings('fault=truncate@20%')],
  ['cut-middle', 'the connection dies halfway', settings('fault=truncate@50%')],
  ['cut-late', 'the connection dies near the end', settings('fault=truncate@85%')],
  ['error-midway', 'an error event halfway', settings('fault=error-event@50%')],
  ['malformed-midway', 'cannot be read from halfway on', settings('fault=garble@50%')],
  ['stall', 'falls silent halfway', settings('fault=stall@50%')],
  ['no-end', 'stops halfway as if it were done', settings('fault=end@50%')],
]

export const scenarios: readonly Scenario[] = [
  ...before.map((row) => scenario(row, 'before', 'answer')),
  ...midway.map((row) => scenario(row, 'midway', 'answer')),
  scenario(
    ['context-length', 'the prompt is too long for it', settings('refuse=context')],
    'before',
    'larger_window',
  ),
  scenario(['content-filter', 'its content filter refuses', settings('refuse=filter')], 'before', 'verdict'),
  scenario(
    ['all-down', 'every candidate answers 503', settings('status=503; retry-after=7')],
    'before',
    'error',
  ),
]

function scenario([name, what, trouble]: Row, begins: Scenario['begins'], ends: Ending): Scenario {
  return { name, what, trouble, begins, ends }
}
