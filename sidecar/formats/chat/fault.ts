import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Headers } from '../format.ts'
import { plainCode } from '../plain-code.ts'
import { retryAfterMs, retryDelayMs } from '../retry-after.ts'
import { classOfCode, classOfStatus } from './fault-codes.ts'
import { isFailedFinish } from './finish.ts'

/** What an error says of itself, in whichever of the hosts' shapes. */
interface ErrorWords {
  /** Code, type and inner code, as far as they are given: the most telling first. */
  readonly codes: readonly string[]
  /** An HTTP status inside the body (OpenRouter, Google). */
  readonly status: number | undefined
  readonly message: string
  readonly param: string | undefined
}

/** Longer messages are whole stack traces or echoed prompts. */
const messageCharactersMax = 2000

export function readFault(status: number, headers: Headers, body: Json | undefined): Fault {
  const words = errorWords(body)
  const found = words === undefined ? classOfStatus(status) : classify(words, status)
  const waitMs = isTemporary(found) ? (retryAfterMs(headers) ?? googleDelayMs(body)) : undefined
  return {
    ...faultOf(words, found, status),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

/** Google's host for this wire wraps its own errors into it, details and all. */
function googleDelayMs(body: Json | undefined): number | undefined {
  const whole = Array.isArray(body) ? body[0] : body
  return retryDelayMs(arrayAt(objectAt(whole, 'error'), 'details'))
}

/** An error that came where an answer was due: in a 200 body or as an event of a stream. */
export function faultOfError(error: Json | undefined): Fault {
  const words = errorWords({ error: error ?? null })
  if (words === undefined) return faultOf(undefined, 'outage', 200)
  // With nothing known said, the failure is the provider's: the request itself was taken.
  const blamesRequest = words.status === undefined && words.codes.includes('invalid_request_error')
  return faultOf(words, classify(words, words.status ?? (blamesRequest ? 400 : 500)), 200)
}

const answerObjects = new Set(['error', 'chat.completion', 'chat.completion.chunk', 'text_completion'])

/** The error of a 200 body, or undefined when the body is an answer. */
export function faultIn(body: Json): Fault | undefined {
  if (!isObject(body)) return undefined
  const object = stringAt(body, 'object')
  // Jobs and files have an `error` of their own that is no failure of the call.
  if (object !== undefined && !answerObjects.has(object)) return undefined
  if (isError(body['error'])) return faultOfError(errorWithCode(body))
  if (object === 'error') return faultOfError(body)
  const groq = objectAt(body, 'x_groq')?.['error']
  if (isError(groq)) return faultOfError(groq)
  // DashScope and Azure's gateway answer flat; without choices it cannot be an answer.
  if (Array.isArray(body['choices'])) return faultOfChoices(body['choices'])
  const isFlat = object === undefined
  if (isFlat && typeof body['message'] === 'string' && isCode(body['code'])) return faultOfError(body)
  return undefined
}

function faultOfChoices(choices: readonly Json[]): Fault | undefined {
  for (const choice of choices) {
    const reason = stringAt(choice, 'finish_reason')
    if (reason !== undefined && isFailedFinish(reason))
      return faultOfFinish(reason, objectAt(choice, 'error'))
  }
  return undefined
}

export function isError(value: Json | undefined): boolean {
  return isObject(value) || (typeof value === 'string' && value !== '')
}

/** xAI puts the code beside a plain error text. */
function errorWithCode(body: JsonObject): Json | undefined {
  return typeof body['error'] === 'string'
    ? { message: body['error'], code: body['code'] ?? null }
    : body['error']
}

/** An answer that ended in one of the finish reasons that are failures. */
export function faultOfFinish(reason: string, error: Json | undefined): Fault {
  if (isError(error)) return faultOfError(error)
  const found = reason === 'insufficient_system_resource' ? 'overloaded' : 'outage'
  return { class: found, status: 200, code: reason, message: 'The provider broke off the answer.' }
}

function faultOf(words: ErrorWords | undefined, found: FaultClass, status: number): Fault {
  const codes = words?.codes ?? []
  // A word says more than a number, which is mostly the status again.
  const byWords = [...codes.filter((each) => !/^\d+$/.test(each)), ...codes]
  const code = plainCode(byWords, `http_${words?.status ?? status}`)
  const message = words?.message || `The provider answered with status ${words?.status ?? status}.`
  return {
    class: found,
    status,
    code,
    message: message.slice(0, messageCharactersMax),
    ...(words?.param === undefined ? {} : { param: words.param }),
  }
}

function classify(words: ErrorWords, status: number): FaultClass {
  for (const code of words.codes) {
    const found = classOfCode(code, status)
    if (found !== undefined) return found
  }
  return classOfStatus(status)
}

function isTemporary(found: FaultClass): boolean {
  return found === 'rate_limit' || found === 'overloaded' || found === 'outage' || found === 'slow'
}

function errorWords(body: Json | undefined): ErrorWords | undefined {
  // Google's OpenAI-compatible host wraps its error in a list.
  const whole = Array.isArray(body) ? body[0] : body
  if (!isObject(whole)) return undefined
  const nested = whole['error']
  const error = isObject(nested) ? nested : whole
  const text = typeof nested === 'string' ? nested : (stringAt(error, 'message') ?? detailText(whole))
  const metadata = objectAt(error, 'metadata')
  const inner = objectAt(error, 'innererror') ?? objectAt(error, 'inner_error')
  const candidates = [
    // A moderated prompt at OpenRouter is a bare 403 with the reasons beside it.
    Array.isArray(metadata?.['reasons']) ? 'moderation_flagged' : undefined,
    stringAt(metadata, 'limit_source'),
    stringAt(metadata, 'error_type'),
    codeText(inner?.['code']),
    codeText(error['code']),
    codeText(error['status']),
    stringAt(error, 'type'),
  ]
  return {
    codes: candidates.filter((code): code is string => code !== undefined && code !== ''),
    status: statusIn(error),
    message: text ?? '',
    param: stringAt(error, 'param'),
  }
}

function isCode(value: Json | undefined): boolean {
  return typeof value === 'string' || typeof value === 'number'
}

function codeText(value: Json | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function statusIn(error: JsonObject): number | undefined {
  for (const key of ['code', 'status', 'statusCode', 'raw_status_code']) {
    const value = Number(error[key] ?? Number.NaN)
    if (Number.isInteger(value) && value >= 400 && value <= 599) return value
  }
  return undefined
}

/** FastAPI's validation errors: a text, or a list of places and texts. */
function detailText(body: JsonObject): string | undefined {
  const detail = body['detail'] ?? objectAt(body, 'message')?.['detail']
  if (typeof detail === 'string') return detail
  return Array.isArray(detail) ? stringAt(detail[0], 'msg') : undefined
}
