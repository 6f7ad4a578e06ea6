import type { IncomingHttpHeaders } from 'node:http'
import type { RequestRow } from '../../contract/record.ts'

/** Spans of a request, in OpenTelemetry's words. Exists only when an exporter is configured. */
export interface Tracing {
  startRequest(headers: IncomingHttpHeaders, operation: string): RequestTrace
  shutdown(): Promise<void>
}

export interface RequestTrace {
  readonly traceId: string
  startAttempt(call: { provider: string; kind: string; model: string; operation: string }): AttemptTrace
  end(request: RequestRow): void
}

export interface AttemptTrace {
  /** Adds the trace context to the headers of the call, in place of the caller's own. */
  inject(headers: string[]): void
  end(outcome: {
    status: number
    errorCode: string
    model: string
    inputTokens: number
    outputTokens: number
  }): void
}
