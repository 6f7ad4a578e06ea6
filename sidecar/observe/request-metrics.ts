import type { AttemptRow, LedgerRecord, RequestRow } from '../../contract/record.ts'
import { type Family, observeIn, type Series } from './prometheus.ts'
import { BoundedNames, SeriesIndex } from './series.ts'

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const overheadBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1]

/** Above any configuration; ad-hoc routes (`provider/model`) and models that callers make up end there. */
const namesMax = 500

const served = ['route', 'provider', 'model']

/** Counts of requests and attempts, from the records alone, so that metrics and ledger cannot disagree. */
export class RequestMetrics {
  readonly #routes = new BoundedNames(namesMax)
  readonly #models = new BoundedNames(namesMax)

  readonly #requests = new SeriesIndex({
    name: 'sidelight_requests_total',
    type: 'counter',
    help: 'Requests answered, by what became of them.',
    labels: [...served, 'endpoint', 'status', 'http_status'],
  })
  readonly #attempts = new SeriesIndex({
    name: 'sidelight_attempts_total',
    type: 'counter',
    help: 'Calls to providers, by outcome.',
    labels: ['provider', 'model', 'outcome', 'http_status'],
  })
  readonly #tokens = new SeriesIndex({
    name: 'sidelight_tokens_total',
    type: 'counter',
    help: 'Tokens by class; cached_input is a part of input, and output includes reasoning.',
    labels: [...served, 'class'],
  })
  readonly #cost = new SeriesIndex({
    name: 'sidelight_cost_usd_total',
    type: 'counter',
    help: 'Cost in US dollars; a float, for rates and alerts. The ledger has the exact figure.',
    labels: served,
  })
  readonly #unpriced = new SeriesIndex({
    name: 'sidelight_unpriced_requests_total',
    type: 'counter',
    help: 'Requests whose cost is unknown because a price is missing.',
    labels: served,
  })
  readonly #feedback = new SeriesIndex({
    name: 'sidelight_feedback_total',
    type: 'counter',
    help: 'Feedback on earlier answers, by whether it was taken.',
    labels: ['status'],
  })
  readonly #guarded = new SeriesIndex({
    name: 'sidelight_guard_verdicts_total',
    type: 'counter',
    help: 'Requests the prompt guard looked at, by its verdict; canary: the system prompt showed in an answer.',
    labels: ['route', 'verdict'],
  })
  readonly #classified = new SeriesIndex({
    name: 'sidelight_guard_classified_total',
    type: 'counter',
    help: 'Requests the classifier of the prompt guard was asked about, by what it said.',
    labels: ['result'],
  })
  readonly #duration = new SeriesIndex({
    name: 'sidelight_request_duration_seconds',
    type: 'histogram',
    help: 'Arrival of a request to its last byte.',
    labels: ['route', 'streamed'],
    buckets: secondsBuckets,
  })
  readonly #firstToken = new SeriesIndex({
    name: 'sidelight_first_token_seconds',
    type: 'histogram',
    help: 'Arrival of a streamed request to its first content.',
    labels: ['route'],
    buckets: secondsBuckets,
  })
  readonly #attemptDuration = new SeriesIndex({
    name: 'sidelight_attempt_duration_seconds',
    type: 'histogram',
    help: 'Start of a call to a provider to its end.',
    labels: ['provider', 'outcome'],
    buckets: secondsBuckets,
  })
  readonly #overhead = new SeriesIndex({
    name: 'sidelight_overhead_seconds',
    type: 'histogram',
    help: 'Time in Sidelight before the upstream was asked.',
    labels: ['route'],
    buckets: overheadBuckets,
  })

  families(): Family[] {
    return [
      this.#requests,
      this.#attempts,
      this.#tokens,
      this.#cost,
      this.#unpriced,
      this.#feedback,
      this.#guarded,
      this.#classified,
      this.#duration,
      this.#firstToken,
      this.#attemptDuration,
      this.#overhead,
    ].map((index) => index.family)
  }

  observeFeedback(status: string): void {
    add(this.#feedback.at(status), 1)
  }

  countClassified(result: string): void {
    add(this.#classified.at(result), 1)
  }

  observe({ request, attempts }: LedgerRecord): void {
    const route = this.#routes.of(request.route)
    const model = this.#models.of(request.model)
    this.#count(request, route, model)
    this.#time(request, route)
    if (request.guard_verdict !== '') add(this.#guarded.at(route, request.guard_verdict), 1)
    for (const attempt of attempts) this.#observeAttempt(attempt)
  }

  #count(row: RequestRow, route: string, model: string): void {
    const { provider } = row
    add(this.#requests.at(route, provider, model, row.endpoint, row.status, row.http_status), 1)
    if (row.input_tokens > 0) add(this.#tokens.at(route, provider, model, 'input'), row.input_tokens)
    if (row.output_tokens > 0) add(this.#tokens.at(route, provider, model, 'output'), row.output_tokens)
    if (row.cached_input_tokens > 0) {
      add(this.#tokens.at(route, provider, model, 'cached_input'), row.cached_input_tokens)
    }
    if (row.attempt_count === 0) return
    if (row.cost_usd === null) add(this.#unpriced.at(route, provider, model), 1)
    else add(this.#cost.at(route, provider, model), Number(row.cost_usd))
  }

  #time(row: RequestRow, route: string): void {
    observe(this.#duration.at(route, row.streamed), row.duration_ms / 1000)
    if (row.streamed && row.first_token_ms !== null) {
      observe(this.#firstToken.at(route), row.first_token_ms / 1000)
    }
    if (row.attempt_count > 0) observe(this.#overhead.at(route), row.overhead_us / 1e6)
  }

  #observeAttempt(row: AttemptRow): void {
    add(this.#attempts.at(row.provider, this.#models.of(row.model), row.outcome, row.http_status), 1)
    observe(this.#attemptDuration.at(row.provider, row.outcome), row.duration_ms / 1000)
  }
}

function add(series: Series, value: number): void {
  // Counters never fall, and never become NaN for good.
  if (value > 0) series.value += value
}

function observe(series: Series, value: number): void {
  if (series.histogram !== undefined) observeIn(series.histogram, value)
}
