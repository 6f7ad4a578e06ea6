import { isObject } from '../json.ts'
import type { Canary, PolicyDocument, Weights } from '../policy.ts'
import { evidenceProblem } from './evidence.ts'
import type { RefusalReason } from './refusal.ts'
import { roundWeights, weightsProblem } from './weights.ts'

export class Unfit extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/**
 * The document in these values, its weights rounded; throws `Unfit`. Fields that this version does not know stay, so
 * that the id stays what it was. Maps have no prototype: a segment called `constructor` is not found.
 */
export function shapeOf(fields: unknown): PolicyDocument {
  if (!isObject(fields)) throw new Unfit('invalid', 'it is no JSON object')
  if (fields['schema'] !== 1) throw new Unfit('unknown_schema', 'its schema is not 1')
  for (const [name, holds] of Object.entries(scalars)) {
    if (!holds(fields[name])) throw new Unfit('invalid', `\`${name}\` is ${expected[name] ?? 'missing'}`)
  }
  const { version, parent } = fields as { version: number; parent?: number | null }
  if ((parent ?? 0) >= version) throw new Unfit('invalid', '`parent` is no earlier version')
  const problem = evidenceProblem(fields['evidence'])
  if (problem !== undefined) throw new Unfit('invalid', problem)
  const document = {
    ...fields,
    // The first one of a route has none before it, and by hand few write what is empty.
    parent: parent ?? 0,
    merge: mergeOf(fields['merge'] ?? {}),
    segments: segmentsOf(fields['segments'] ?? {}, 'segments'),
    default: vectorOf(fields['default'], 'default'),
    ...(fields['canary'] === undefined ? {} : { canary: canaryOf(fields['canary']) }),
  }
  return document as unknown as PolicyDocument
}

/** As it was written, with the document's weights: what its id is made from, and what is stored. */
export function writtenForm(fields: Readonly<Record<string, unknown>>, document: PolicyDocument): object {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => [
    name,
    isRounded(name) ? document[name] : value,
  ])
  return Object.fromEntries(entries)
}

const isRounded = (name: string) => name === 'segments' || name === 'default' || name === 'canary'

const isText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 256
const isTime = (value: unknown) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value))
const isVersion = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  route: isText,
  version: (value) => isVersion(value) && value !== 0,
  parent: (value) => value === undefined || value === null || isVersion(value),
  id: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  created_at: isTime,
  not_before: (value) => value === undefined || isTime(value),
  salt_id: isText,
  segment_by: (value) => Array.isArray(value) && value.length <= 16 && value.every(isText),
  signature: (value) => value === undefined || typeof value === 'string',
}

const expected: Readonly<Record<string, string>> = {
  route: 'no name of a route',
  version: 'no whole number from 1',
  parent: 'no whole number',
  id: 'no SHA-256 in hex',
  created_at: 'no time such as 2026-12-01T12:00:00Z',
  not_before: 'no time such as 2026-12-01T12:00:00Z',
  salt_id: 'no name of a salt',
  segment_by: 'no list of names',
  signature: 'no text',
}

function mergeOf(value: unknown): Readonly<Record<string, string>> {
  return mapOf(value, 'merge', (to) => {
    if (typeof to !== 'string') throw new Unfit('invalid', '`merge` names no segment')
    return to
  })
}

function segmentsOf(value: unknown, name: string): Readonly<Record<string, Weights>> {
  return mapOf(value, name, (weights) => vectorOf(weights, name))
}

/** What is invalid and what is no vector of shares are told apart: the first is a bug, the second a sum. */
function vectorOf(value: unknown, name: string): Weights {
  const weights = mapOf(value, name, (weight) => weight as number)
  const problem = weightsProblem(weights)
  if (problem !== undefined) throw new Unfit('weights', `\`${name}\`: ${problem}`)
  return roundWeights(weights)
}

function canaryOf(value: unknown): Canary {
  const { fraction, salt, control } = isObject(value) ? value : {}
  const isShare = typeof fraction === 'number' && fraction >= 0 && fraction <= 1
  if (!isObject(value) || !isShare || !isText(salt) || !isObject(control) || !isVersion(control['version']))
    throw new Unfit('invalid', '`canary` needs a fraction from 0 to 1, a salt and a control with its version')
  return {
    ...value,
    fraction,
    salt: salt as string,
    control: {
      ...control,
      version: control['version'] as number,
      segments: segmentsOf(control['segments'], 'canary.control.segments'),
      default: vectorOf(control['default'], 'canary.control.default'),
    },
  }
}

function mapOf<T>(value: unknown, name: string, read: (member: unknown) => T): Readonly<Record<string, T>> {
  if (!isObject(value)) throw new Unfit('invalid', `\`${name}\` is no object`)
  const map: Record<string, T> = Object.create(null)
  for (const [key, member] of Object.entries(value)) map[key] = read(member)
  return map
}
