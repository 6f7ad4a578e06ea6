import type { IncomingMessage } from 'node:http'
import type { GatewayError } from '../contract/errors.ts'
import type { Json } from '../contract/json.ts'
import type { PolicyDocument } from '../contract/policy.ts'
import type { Usage, UsageSource } from '../contract/usage.ts'
import type { JsonBody } from './body/json-body.ts'
import type { MultipartStart } from './body/multipart.ts'
import type { Cached, Errand, Recalled, Verdict } from './cache/recalled.ts'
import type { Entry } from './cache/store/entry.ts'
import type { Fault } from './conversation/fault.ts'
import type { DialectName } from './dialects/dialect.ts'
import type { Feedback } from './feedback/read.ts'
import type { FormatName } from './formats/format.ts'
import type { CanaryWatch } from './guards/canary.ts'
import type { Lane } from './lanes/lane.ts'
import { type Job, noJob } from './limits/job.ts'
import type { Action } from './masking/policy.ts'
import type { MaskSession } from './masking/session.ts'
import type { AttemptTrace, RequestTrace } from './observe/tracing.ts'
import type { PricedCall } from './pricing/price.ts'
import type { Operation } from './providers/provider.ts'
import type { DecisionDetails } from './routing/decision-details.ts'
import type { Facts } from './routing/facts.ts'
import type { Trial } from './routing/health/health.ts'
import type { Candidate, ProviderTarget, Route } from './routing/route.ts'
import type { Caller, Snapshot } from './snapshot.ts'
import type { Chain } from './stages/dispatch/chain.ts'
import type { AnswerStream } from './streaming/answer-stream.ts'
import type { CallerStream } from './streaming/caller-stream.ts'
import type { Pinger } from './streaming/pinger.ts'
import type { Exchange, Head } from './upstream/exchange.ts'

const noNames: readonly string[] = []
const noCounts: Readonly<Record<string, number>> = {}

/**
 * Everything known about one request. Each field is written by the one stage named above it and read by
 * those after it, so a wrong value has one suspect.
 */
export class Context {
  // server: the moment the head of the request was there
  readonly req: IncomingMessage
  readonly caller: CallerStream
  readonly snapshot: Snapshot
  /** Wall clock: what the record states. */
  readonly arrivedMs: number
  /** Monotonic milliseconds, like every `…At`: what durations are made of. */
  readonly arrivedAt: number
  readonly requestId: string
  /** More requests run than `limits.inFlight` allows. */
  isOverCapacity = false

  // receive
  dialectName: DialectName = 'chat'
  operation: Operation = 'other'
  /** Path and query as the caller sent them, a key in the query removed. */
  path = ''
  body: JsonBody | undefined
  /** The first bytes of a form, which is passed on as it comes. */
  form: MultipartStart | undefined
  requestBytes = 0
  /** What came is somebody's opinion of an earlier answer, and no request to a model. */
  isFeedback = false
  feedback: Feedback | undefined
  modelAsked = ''
  streamed = false
  /** Gemini streams without alt=sse are JSON arrays. */
  wantsJsonArray = false
  hints: Hints = noHints
  job: Job = noJob
  trace: RequestTrace | undefined
  /** Known before the body is read: strangers get no memory. */
  callerKey: Caller | undefined
  /** The header that proved it, which is no credential of the provider. */
  callerKeyHeader = ''

  // admit
  route: Route | undefined
  override = ''

  // mask: it also puts masked text in place of the caller's in body, form and hints
  /** What stands for what; undefined where the route masks nothing. */
  masking: MaskSession | undefined
  /** The body with a word about placeholders to the model; undefined: the body itself goes up. */
  notedBody: JsonBody | undefined
  /** Headers that hold what providers must not see. */
  withheldHeaders: readonly string[] = noNames
  /** Finds by type, those of the request under `in.`. */
  piiCounts: Readonly<Record<string, number>> = noCounts
  piiAction: Action | 'none' = 'none'
  piiScanUs = 0
  unscannedParts = 0
  maskRulesVersion = ''
  /** '': the route looks for no injections. */
  guardVerdict: '' | 'none' | 'tag' | 'strip' | 'block' = ''
  guardScore = 0
  /** Sees what the model says, where the system prompt has a token of ours. */
  canary: CanaryWatch | undefined

  // fingerprint
  promptFingerprint = ''
  estimatedInputTokens = 0
  promptBytes = 0
  segment = ''
  facts: Facts | undefined
  /** In force when the request came. */
  policy: PolicyDocument | undefined

  // choose
  chain: readonly Candidate[] = []
  choice: Choice = noChoice
  /** Nobody can be asked; an answer that is kept may serve all the same. */
  refusal: GatewayError | undefined

  // recall
  cache: 'off' | 'miss' | Verdict = 'off'
  recalled: Recalled | undefined
  /** What is given in place of a provider's answer; relay may put an old answer there when nobody answers. */
  cached: Cached | undefined
  /** Calls to be made when the caller has its answer. */
  errands: Errand[] = []

  // dispatch
  /** Who of the chain has not been asked yet: a stream may die when it has begun. */
  rest: Chain | undefined
  attempts: Attempt[] = []
  answer: Answer | undefined
  fault: Fault | undefined
  /** The provider's own error answer, to be passed on byte for byte where the caller speaks its format. */
  faultAnswer: { status: number; headers: readonly string[]; body: Buffer; format: FormatName } | undefined
  droppedFields: readonly string[] = []
  /** Candidates that could not be asked after all, with the reason: found out only when their turn came. */
  unfit: Record<string, string> = {}
  /** The prompt's size, where Sidelight itself answers how many tokens it has. */
  countedTokens: number | undefined
  /** Keeps the caller's connection alive while providers are silent. */
  pinger: Pinger | undefined
  /** What was done about a stream that died. */
  recovery: RecoveryTaken = noRecovery
  /** When the first upstream call was made. */
  askedAt: number | undefined

  // pipeline: what a stage threw, and when relay was over
  error: GatewayError | undefined
  finishedAt: number | undefined

  // relay
  httpStatus = 0
  outcome: 'ok' | 'error' | 'blocked' | 'client_abort' | 'truncated' = 'error'

  // keep
  /** The answer, kept for others. */
  kept: Entry | undefined

  // settle
  cost: Settled | undefined

  // learn
  /** The request whose answer the user did not take for one. */
  rephrased = ''

  constructor(from: {
    req: IncomingMessage
    caller: CallerStream
    snapshot: Snapshot
    arrivedMs: number
    arrivedAt: number
    requestId: string
  }) {
    this.req = from.req
    this.caller = from.caller
    this.snapshot = from.snapshot
    this.arrivedMs = from.arrivedMs
    this.arrivedAt = from.arrivedAt
    this.requestId = from.requestId
  }
}

/** What the caller says about itself, from headers and body. */
export interface Hints {
  readonly customer: string
  readonly feature: string
  readonly session: string
  readonly promptName: string
  readonly promptVersion: string
  readonly tags: Readonly<Record<string, string>>
  readonly tier: string
  readonly provider: string
  readonly route: string
  readonly cache: string
}

const noTags: Readonly<Record<string, string>> = {}

export const noHints: Hints = {
  customer: '',
  feature: '',
  session: '',
  promptName: '',
  promptVersion: '',
  tags: noTags,
  tier: '',
  provider: '',
  route: '',
  cache: '',
}

/** The decision, as it can be recomputed later. */
export interface Choice {
  readonly candidates: readonly string[]
  readonly probabilities: readonly number[]
  readonly excluded: Readonly<Record<string, string>>
  readonly drawU: number
  readonly drawN: number
  readonly unitKind: string
  readonly unitHash: string
  readonly saltId: string
  readonly assigned: string
  readonly propensity: number
  readonly policyId: string
  /** 0 is the configuration itself. */
  readonly policyVersion: number
  readonly policyRole: 'active' | 'candidate' | 'control' | 'holdout' | 'override' | 'cache'
  /** Version of the draw that a unit keeps. */
  readonly stickyVersion: number
  readonly stickyHit: boolean
  /** What pinned the candidate: header, model, escalation; '' for a draw. */
  readonly overrideSource: string
  /** The numbers behind it, for `explain` alone. */
  readonly details: DecisionDetails | undefined
}

export const noChoice: Choice = {
  candidates: [],
  probabilities: [],
  excluded: {},
  drawU: 0,
  drawN: 0,
  unitKind: '',
  unitHash: '',
  saltId: 's1',
  assigned: '',
  propensity: 0,
  policyId: '',
  policyVersion: 0,
  policyRole: 'active',
  stickyVersion: 0,
  stickyHit: false,
  overrideSource: '',
  details: undefined,
}

export interface RecoveryTaken {
  readonly mode: '' | 'stitch' | 'restart'
  /** Characters the caller had when another candidate went on. */
  readonly stitchedAtChars: number
  /** Of the attempt that began the answer: the one that ended it was not there yet. */
  readonly firstContentAt: number | undefined
}

export const noRecovery: RecoveryTaken = { mode: '', stitchedAtChars: 0, firstContentAt: undefined }

/** One call to a provider. Dispatch opens it, relay fills in what the body said, settle prices it. */
export interface Attempt {
  readonly number: number
  readonly candidate: Candidate
  readonly target: ProviderTarget
  /** Whom its health learns from. A stream that breaks off after it was answered has failed after all. */
  readonly trial: Trial
  readonly startedMs: number
  readonly startedAt: number
  endedAt: number | undefined
  outcome: string
  httpStatus: number
  errorCode: string
  upstreamRequestId: string
  firstContentAt: number | undefined
  usage: Usage | undefined
  /** What the usage costs; worked out once, by whoever needs it first. */
  priced: PricedCall | undefined
  usageSource: UsageSource | ''
  modelReported: string
  finishReason: string
  /** The provider had a connection to read the request from. */
  wasSent: boolean
  /** Usage that can't be counted: its cost is unknown. */
  isUnknown: boolean
  /** Characters that reached the caller, for estimates when usage is missing. */
  deliveredChars: number
  /** The text itself, as far as it is kept: counted when usage is missing, and never recorded. */
  deliveredText: string
  trace: AttemptTrace | undefined
}

/** What dispatch hands to relay. */
export type Answer =
  | {
      readonly kind: 'whole'
      readonly head: Head
      readonly body: Buffer
      readonly json: Json
      readonly lane: Lane
      readonly attempt: Attempt
    }
  | {
      readonly kind: 'stream'
      readonly head: Head
      readonly exchange: Exchange
      readonly stream: AnswerStream
      readonly lane: Lane
      readonly attempt: Attempt
      /** When the route's total time is over. */
      readonly deadlineMs: number
    }
  /** Anything that is passed on as it comes: audio, files, unknown paths. */
  | {
      readonly kind: 'opaque'
      readonly head: Head
      readonly exchange: Exchange
      readonly lane: Lane
      readonly attempt: Attempt
    }

export interface Settled {
  readonly costUsd: string | null
  readonly reportedUsd: string | null
  /** What the catalog says, where a provider's own figure won. */
  readonly catalogUsd: string | null
  /** What the customer is charged, where the prices file has a factor for it. */
  readonly chargeUsd: string | null
  readonly baselineUsd: string | null
  readonly validFrom: string
  readonly assumed: boolean
  readonly attempts: readonly SettledAttempt[]
}

export interface SettledAttempt {
  readonly costUsd: string | null
  readonly catalogUsd: string | null
  readonly validFrom: string
  readonly assumed: boolean
  /** Of the catalog; '' for none. */
  readonly priceModel: string
  readonly priceOption: string
}
