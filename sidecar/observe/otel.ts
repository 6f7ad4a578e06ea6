import type { IncomingHttpHeaders } from 'node:http'
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Environment } from '../../contract/config/load.ts'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'
import {
  attemptAttributes,
  isCallError,
  isServerError,
  operationName,
  providerName,
  requestAttributes,
} from './gen-ai.ts'
import { otelSettings } from './otel-settings.ts'
import { ReportingExporter } from './reporting-exporter.ts'
import type { AttemptAnswer, AttemptTrace, RequestTrace, Tracing } from './tracing.ts'

export interface OtelOptions {
  /** Told now and then how many spans could not be sent. */
  readonly onLost?: (spans: number) => void
  readonly nowMs?: () => number
  readonly shutdownMs?: number
}

/** Spans to an OTLP collector, as JSON over HTTP. This file and those it imports are loaded only when one is named. */
export function createOtelTracing(environment: Environment, options: OtelOptions = {}): Tracing {
  const { onLost = () => {}, nowMs = Date.now, shutdownMs = 5000 } = options
  const settings = otelSettings(environment)
  const exporter = new OTLPTraceExporter({
    url: settings.url,
    headers: settings.headers,
    timeoutMillis: settings.exportMs,
  })
  const provider = new TracerProvider({
    resource: settings.resource,
    sampler: settings.sampler,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new ReportingExporter(exporter, { report: onLost, nowMs }),
        maxQueueSize: settings.queueSpansMax,
        scheduledDelayMillis: settings.delayMs,
        exportTimeoutMillis: settings.exportMs,
      }),
    ],
  })
  const tracer = provider.getTracer('sidelight')
  return {
    startRequest: (headers, operation) => new OtelRequest(tracer, { headers, operation, nowMs }),
    shutdown: () => within(shutdownMs, provider.shutdown()),
  }
}

/** A collector that hangs must not keep the process. */
async function within(limitMs: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([done.catch(() => {}), limit])
  clearTimeout(timer)
}

const propagator = new W3CTraceContextPropagator()

class OtelRequest implements RequestTrace {
  readonly traceId: string
  readonly #tracer: Tracer
  readonly #span: Span
  readonly #operation: string
  readonly #nowMs: () => number
  readonly #startedMs: number

  constructor(
    tracer: Tracer,
    from: { headers: IncomingHttpHeaders; operation: string; nowMs: () => number },
  ) {
    this.#tracer = tracer
    this.#operation = from.operation
    this.#nowMs = from.nowMs
    this.#startedMs = from.nowMs()
    const caller = propagator.extract(ROOT_CONTEXT, from.headers, defaultTextMapGetter)
    const start = { kind: SpanKind.SERVER, startTime: this.#startedMs }
    this.#span = tracer.startSpan(from.operation, start, caller)
    this.traceId = this.#span.spanContext().traceId
  }

  startAttempt(call: { provider: string; kind: string; model: string; operation: string }): AttemptTrace {
    const operation = operationName(call.kind, call.operation)
    const startedMs = this.#nowMs()
    const start = {
      kind: SpanKind.CLIENT,
      startTime: startedMs,
      attributes: {
        'gen_ai.operation.name': operation,
        'gen_ai.provider.name': providerName(call.kind, call.provider),
        'gen_ai.request.model': call.model,
      },
    }
    const parent = trace.setSpan(ROOT_CONTEXT, this.#span)
    return new OtelAttempt(this.#tracer.startSpan(`${operation} ${call.model}`, start, parent), startedMs)
  }

  end(row: RequestRow): void {
    if (this.#span.isRecording()) {
      // The name of a route is of the configuration; what callers write as the model need not be.
      if (row.route !== '') this.#span.updateName(`${this.#operation} ${row.route}`)
      this.#span.setAttributes(requestAttributes(row))
      if (isServerError(row)) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    }
    this.#span.end(endOf(row, this.#startedMs))
  }
}

class OtelAttempt implements AttemptTrace {
  readonly #span: Span
  readonly #startedMs: number

  constructor(span: Span, startedMs: number) {
    this.#span = span
    this.#startedMs = startedMs
  }

  inject(headers: string[]): void {
    for (let index = headers.length - 2; index >= 0; index -= 2) {
      if (isTraceHeader(headers[index] ?? '')) headers.splice(index, 2)
    }
    const add = {
      set: (to: string[], name: string, value: string) => void (value !== '' && to.push(name, value)),
    }
    propagator.inject(trace.setSpan(ROOT_CONTEXT, this.#span), headers, add)
  }

  end(row: AttemptRow, answer: AttemptAnswer): void {
    if (this.#span.isRecording()) {
      this.#span.setAttributes(attemptAttributes(row, answer))
      if (isCallError(row)) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    }
    this.#span.end(endOf(row, this.#startedMs))
  }
}

/** Rows are written after everything: the end is where the row says, not now, and never before the start. */
function endOf(row: { readonly ts: number; readonly duration_ms: number }, startedMs: number): number {
  return Math.max(startedMs, row.ts + row.duration_ms)
}

function isTraceHeader(name: string): boolean {
  if (name.length !== 11 && name.length !== 10) return false
  const lower = name.toLowerCase()
  return lower === 'traceparent' || lower === 'tracestate'
}
