import { hash } from 'node:crypto'
import { isObject, type JsonObject } from '../../contract/json.ts'
import { assertNames } from './assert-names.ts'
import type { GoldenAssert, GoldenItem } from './item.ts'

/** What is wrong with a line of a golden set, with the place it stands at. */
export class GoldenProblem extends Error {}

const itemsMost = 20_000

/** JSONL; a line of `input` and `ideal` alone is a sample of OpenAI's evals. Every problem of the file is told at once. */
export function readGolden(text: string, file: string, routes: readonly string[]): GoldenItem[] {
  const problems: string[] = []
  const items: GoldenItem[] = []
  const seen = new Map<string, number>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const place = `${file}:${index + 1}`
    try {
      const item = itemOf(JSON.parse(line), { file, line: index + 1, routes })
      const before = seen.get(`${item.route} ${item.id}`)
      if (before !== undefined)
        throw new TypeError(`the id ${item.id.slice(0, 40)} stands in line ${before} too`)
      seen.set(`${item.route} ${item.id}`, index + 1)
      items.push(item)
    } catch (error) {
      problems.push(`${place}: ${error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message}`)
    }
  }
  if (items.length > itemsMost) problems.push(`${file}: more than ${itemsMost} items`)
  if (problems.length > 0) throw new GoldenProblem(problems.join('\n'))
  return items
}

function itemOf(
  fields: unknown,
  of: { readonly file: string; readonly line: number; readonly routes: readonly string[] },
): GoldenItem {
  if (!isObject(fields)) throw new TypeError('it is no JSON object')
  const { id, route, segment = '', input, ideal, metadata } = fields
  const named = route ?? (of.routes.length === 1 ? of.routes[0] : undefined)
  if (typeof named !== 'string') throw new TypeError('it names no `route`, and more than one is tuned')
  if (typeof segment !== 'string') throw new TypeError('`segment` is no text')
  if (metadata !== undefined && !isObject(metadata)) throw new TypeError('`metadata` is no object')
  const messages = typeof input === 'string' ? [{ role: 'user', content: input }] : input
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage))
    throw new TypeError('`input` is no list of messages')
  const itemId = id === undefined ? hash('sha256', JSON.stringify(messages)).slice(0, 16) : String(id)
  return {
    id: itemId,
    route: named,
    segment,
    messages,
    ideal: idealOf(ideal),
    asserts: assertsOf(fields),
    isHeldOut: isHeldOut(itemId),
  }
}

/** A fifth, by the id: who is in it never changes. */
function isHeldOut(id: string): boolean {
  return hash('sha256', id, 'buffer').readUInt32BE(0) / 2 ** 32 < 0.2
}

function isMessage(value: unknown): boolean {
  return isObject(value) && typeof value['role'] === 'string' && value['content'] !== undefined
}

function idealOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  const list = Array.isArray(value) ? value : [value]
  if (!list.every((one) => typeof one === 'string'))
    throw new TypeError('`ideal` is neither text nor a list of texts')
  return list as string[]
}

function assertsOf(fields: JsonObject): readonly GoldenAssert[] {
  const list = fields['assert'] ?? []
  if (!Array.isArray(list)) throw new TypeError('`assert` is no list')
  return list.map((one) => readAssert(one))
}

/** Of an item or of a promptfoo test; an unknown type would pass in silence, so it does not load. */
export function readAssert(value: unknown): GoldenAssert {
  if (!isObject(value) || typeof value['type'] !== 'string') throw new TypeError('an assert has no `type`')
  const { type: written, threshold, weight = 1 } = value
  const isNegated = written.startsWith('not-')
  const type = isNegated ? written.slice(4) : written
  if (!assertNames.some((name) => name === type))
    throw new TypeError(
      `no assert is called ${written.slice(0, 40)}; known are ${assertNames.join(', ')}, and not-…`,
    )
  if (threshold !== undefined && typeof threshold !== 'number')
    throw new TypeError(`threshold of ${written} is no number`)
  if (typeof weight !== 'number' || !(weight >= 0))
    throw new TypeError(`weight of ${written} is no number of 0 or more`)
  if (type === 'regex') compiled(value['value'])
  return { type, isNegated, value: value['value'], threshold, weight }
}

function compiled(pattern: unknown): void {
  try {
    new RegExp(String(pattern))
  } catch {
    throw new TypeError('the pattern of a regex cannot be read')
  }
}
