import type { IncomingHttpHeaders } from 'node:http'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'

/** Spans of a request, in OpenTelemetry's words. Exists only when an exporter is configured. */
export interface Tracing {
  startRequest(headers: IncomingHttpHeaders, operation: string): RequestTrace
  /** Sends what is left, within a bound. */
  shutdown(): Promise<void>
}

export interface RequestTrace {
  /** 32 hex characters, the caller's where it sent one. */
  readonly traceId: string
  startAttempt(call: { provider: string; kind: string; model: string; operation: string }): AttemptTrace
  end(request: RequestRow): void
}

export interface AttemptTrace {
  /** Adds the trace context to the headers of the call, in place of the caller's own. */
  inject(headers: string[]): void
  end(attempt: AttemptRow, answer: AttemptAnswer): void
}

/** What a span tells of an attempt besides its row. */
export interface AttemptAnswer {
  /** As the provider reported it; '' when it did not. */
  readonly model: string
  readonly finishReason: string
  readonly streamed: boolean
  readonly baseUrl: string
}

/** W3C trace context: version, trace id, parent id, flags. Versions after 00 may say more behind these. */
const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/

/** The trace the caller says its request belongs to; '' when it says none, or nothing valid. */
export function traceIdOf(headers: IncomingHttpHeaders): string {
  const { traceparent } = headers
  if (typeof traceparent !== 'string') return ''
  const [, version, traceId = '', parentId = '', more] = traceparentPattern.exec(traceparent) ?? []
  if (version === 'ff' || (version === '00' && more !== undefined)) return ''
  return isZero(traceId) || isZero(parentId) ? '' : traceId
}

function isZero(id: string): boolean {
  return !/[1-9a-f]/.test(id)
}
