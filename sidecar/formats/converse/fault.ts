import { isObject, type Json, stringAt } from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Headers } from '../format.ts'
import { plainCode } from '../plain-code.ts'
import { retryAfterMs } from '../retry-after.ts'
import { finishEvent } from './stop-reason.ts'

const classByType: Readonly<Record<string, FaultClass>> = {
  // A prompt over the context window is one of these too. It has no type of its own, and its words may
  // change any day, so it stays with the caller's faults.
  ValidationException: 'request',
  ThrottlingException: 'rate_limit',
  TooManyRequestsException: 'rate_limit',
  ServiceQuotaExceededException: 'money',
  ModelNotReadyException: 'overloaded',
  ServiceUnavailableException: 'overloaded',
  ModelTimeoutException: 'slow',
  ModelErrorException: 'outage',
  ModelStreamErrorException: 'outage',
  InternalServerException: 'outage',
  InternalFailure: 'outage',
  ConflictException: 'overloaded',
  ResourceNotFoundException: 'model_missing',
  AccessDeniedException: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidSignatureException: 'credentials',
  IncompleteSignatureException: 'credentials',
  IncompleteSignature: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  MissingAuthenticationToken: 'credentials',
  InvalidClientTokenId: 'credentials',
  ExpiredTokenException: 'credentials',
  ExpiredToken: 'credentials',
  RequestExpired: 'credentials',
  NotAuthorized: 'credentials',
  OptInRequired: 'credentials',
}

const classByStatus: Readonly<Record<number, FaultClass>> = {
  401: 'credentials',
  402: 'money',
  403: 'credentials',
  404: 'model_missing',
  408: 'slow',
  409: 'overloaded',
  424: 'outage',
  425: 'overloaded',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
}

export function readFault(status: number, headers: Headers, body: Json | undefined): Fault {
  const type = typeName(headers['x-amzn-errortype']) ?? typeName(stringAt(body, '__type'))
  const waitMs = retryAfterMs(headers)
  return {
    ...faultOf(status, type, body),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

/**
 * A whole answer that is an error with status 200: words, or a type, where the output should be, or an output
 * that the model got wrong.
 */
export function faultIn(body: Json): Fault | undefined {
  if (!isObject(body)) return undefined
  if (body['output'] !== undefined) {
    const finish = finishEvent(stringAt(body, 'stopReason') ?? '')
    return finish.type === 'error' ? finish.fault : undefined
  }
  const type = typeName(stringAt(body, '__type'))
  if (type === undefined && wordsOf(body) === undefined) return undefined
  return faultOf(200, type, body)
}

/** An exception inside a stream. Its type stands there with a small first letter. */
export function streamFault(type: string, body: Json | undefined): Fault {
  const named = type === '' ? undefined : type.charAt(0).toUpperCase() + type.slice(1)
  return faultOf(200, named, body)
}

function faultOf(status: number, type: string | undefined, body: Json | undefined): Fault {
  return {
    class: classOf(status, type),
    status,
    code: plainCode([type], `http_${status}`),
    message: wordsOf(body) ?? `Bedrock answered with status ${status} and no message.`,
  }
}

function classOf(status: number, type: string | undefined): FaultClass {
  if (type !== undefined && Object.hasOwn(classByType, type)) return classByType[type] ?? 'outage'
  return classByStatus[status] ?? (status === 200 || status >= 500 ? 'outage' : 'request')
}

function wordsOf(body: Json | undefined): string | undefined {
  return stringAt(body, 'message') ?? stringAt(body, 'Message')
}

/** Comes as `Type`, as `Type:http://…` and as `namespace#Type`. */
function typeName(text: string | undefined): string | undefined {
  const name = text?.split(':', 1)[0]?.split('#').at(-1)?.trim()
  return name === '' ? undefined : name
}
