import { encodeEventStreamMessage } from '../../sidecar/streaming/event-stream.ts'
import { httpJson, httpStream, type Step } from '../fake-upstream.ts'
import { fixture, type Recording } from './recorded.ts'
import { type UpstreamName, upstreamTable } from './upstreams.ts'

/** What the providers say when they do not answer; the words must reach the application. */
export const words = 'upstream says no'

type Vendor = 'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'cohere'

function vendorOf(name: UpstreamName): Vendor {
  return name === 'anthropic' || name === 'gemini' || name === 'bedrock' || name === 'cohere'
    ? name
    : 'openai'
}

export const failedStatuses = [400, 401, 404, 429, 500, 503] as const
export type FailedStatus = (typeof failedStatuses)[number]

/** Anthropic has a number of its own for being overloaded. */
export function sentStatus(name: UpstreamName, status: FailedStatus): number {
  return name === 'anthropic' && status === 503 ? 529 : status
}

/** Seconds, longer than anyone here waits. */
export const retryAfterSeconds = 30

export function failedAnswer(name: UpstreamName, status: FailedStatus): Step[] {
  const vendor = vendorOf(name)
  const headers: Record<string, string> = { 'x-request-id': 'upstream-1' }
  if (status === 429) headers['retry-after'] = String(retryAfterSeconds)
  if (vendor === 'bedrock') headers['x-amzn-errortype'] = `${bedrockTypes[status]}:http://internal/`
  return httpJson(failedBody(vendor, status), { status: sentStatus(name, status), headers })
}

function failedBody(vendor: Vendor, status: FailedStatus): unknown {
  switch (vendor) {
    case 'openai':
      return { error: { message: words, type: openaiTypes[status], param: null, code: openaiCodes[status] } }
    case 'anthropic':
      return {
        type: 'error',
        error: { type: anthropicTypes[status], message: words },
        request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
      }
    case 'gemini':
      return { error: { code: status, message: words, status: googleNames[status] } }
    case 'bedrock':
      return { message: words }
    case 'cohere':
      return { id: 'f1b6f4a0', message: words }
  }
}

const openaiTypes: Readonly<Record<FailedStatus, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  404: 'invalid_request_error',
  429: 'requests',
  500: 'server_error',
  503: 'service_unavailable_error',
}

const openaiCodes: Readonly<Record<FailedStatus, string | null>> = {
  400: null,
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
  500: null,
  503: 'server_is_overloaded',
}

const anthropicTypes: Readonly<Record<FailedStatus, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
}

const googleNames: Readonly<Record<FailedStatus, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

const bedrockTypes: Readonly<Record<FailedStatus, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

/** A 200 whose stream begins with an error. */
export function failsAtOnce(name: UpstreamName, wire = wireOf(name)): Step[] {
  return httpStream([errorFrame(name, wire)], streamShape(name))
}

/** A 200 that brings part of its text, then an error. */
export function failsMidway(name: UpstreamName, wire = wireOf(name)): Step[] {
  const begun = httpStream(textBegun(name, wire), { ...streamShape(name), unfinished: true })
  const [, ...rest] = httpStream([errorFrame(name, wire)], streamShape(name))
  // What comes in one burst with its error is never passed on, so the text goes first.
  return [...begun, { waitMs: 20 }, ...rest]
}

/** A 200 that brings part of its text, then nothing more. */
export function stallsMidway(name: UpstreamName, wire = wireOf(name)): Step[] {
  return [...httpStream(textBegun(name, wire), { ...streamShape(name), unfinished: true }), { stall: true }]
}

type Wire = Recording['wire']

function wireOf(name: UpstreamName): Wire {
  return upstreamTable[name].recording.wire
}

function streamShape(name: UpstreamName) {
  const contentType =
    vendorOf(name) === 'bedrock' ? 'application/vnd.amazon.eventstream' : 'text/event-stream; charset=utf-8'
  return { headers: { 'content-type': contentType } }
}

/** The recorded text answer up to its middle. */
function textBegun(name: UpstreamName, wire: Wire): Buffer[] {
  const { folder } = upstreamTable[name].recording
  if (wire === 'converse') {
    return ['messageStart', 'contentBlockDelta'].map((type) =>
      encodeEventStreamMessage(
        { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
        type === 'messageStart'
          ? '{"role":"assistant"}'
          : '{"contentBlockIndex":0,"delta":{"text":"Grüße aus"}}',
      ),
    )
  }
  const events = fixture(`${folder}/${wire}-text.sse`)
    .toString()
    .split(/(?<=\r?\n\r?\n)/)
  const half = events.slice(0, Math.ceil(events.length / 2))
  return half.map((event) => Buffer.from(event))
}

function errorFrame(name: UpstreamName, wire: Wire): Buffer {
  if (wire === 'responses') {
    const event = {
      type: 'error',
      code: 'server_is_overloaded',
      message: words,
      param: null,
      sequence_number: 9,
    }
    return Buffer.from(`event: error\ndata: ${JSON.stringify(event)}\n\n`)
  }
  switch (vendorOf(name)) {
    case 'openai':
      return Buffer.from(
        `data: ${JSON.stringify({ error: { message: words, type: 'server_error', param: null, code: 'server_is_overloaded' } })}\n\n`,
      )
    case 'anthropic':
      return Buffer.from(
        `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: words }, request_id: 'req_1' })}\n\n`,
      )
    case 'gemini':
      return Buffer.from(
        `data: ${JSON.stringify({ error: { code: 503, message: words, status: 'UNAVAILABLE' } })}\r\n\r\n`,
      )
    case 'bedrock':
      return encodeEventStreamMessage(
        {
          ':exception-type': 'serviceUnavailableException',
          ':content-type': 'application/json',
          ':message-type': 'exception',
        },
        JSON.stringify({ message: words }),
      )
    case 'cohere':
      return Buffer.from(
        `event: message-end\ndata: ${JSON.stringify({ type: 'message-end', delta: { finish_reason: 'ERROR', error: words } })}\n\n`,
      )
  }
}
