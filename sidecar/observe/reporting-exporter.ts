import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

/** A collector that is away is away for every batch: once a minute says it. */
const quietMs = 60_000

/** Says when spans are lost, seldom, and how many since it last did. The SDK alone would lose them in silence. */
export class ReportingExporter implements SpanExporter {
  readonly #inner: SpanExporter
  readonly #report: (lostSpans: number) => void
  readonly #nowMs: () => number
  #lost = 0
  #reportedMs = Number.NEGATIVE_INFINITY

  constructor(
    inner: SpanExporter,
    options: { readonly report: (lostSpans: number) => void; readonly nowMs: () => number },
  ) {
    this.#inner = inner
    this.#report = options.report
    this.#nowMs = options.nowMs
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#inner.export(spans, (result) => {
      if (result.code === ExportResultCode.FAILED) this.#failed(spans.length)
      done(result)
    })
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown()
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.()
  }

  #failed(spans: number): void {
    this.#lost += spans
    const nowMs = this.#nowMs()
    if (nowMs - this.#reportedMs < quietMs) return
    this.#reportedMs = nowMs
    this.#report(this.#lost)
    this.#lost = 0
  }
}
