/**
 * Every column of the ledger's own rows, once. TypeScript types, table definitions, the reference page and the order
 * in which a row is written all come from here. Names are the warehouse's names: there is no mapping layer.
 * A new column goes to the end of its table, with a migration and the stage that fills it.
 */
import { type Column, column, type RowOf } from './column.ts'
import { type CacheAuditRow, cacheAuditColumns } from './tables/cache-audits.ts'
import { type CacheEntryRow, cacheEntryColumns } from './tables/cache-entries.ts'
import { type ContentRow, contentColumns } from './tables/contents.ts'

export type { ColumnType } from './column.ts'

export const requestColumns = {
  ts: column('time', 'when the request arrived'),
  request_id: column('uuid', 'UUIDv7, also in the x-sidelight-request-id header'),
  seq: column('u64', 'counts the records of one boot of a sidecar from 1: a gap is a lost record'),
  sidecar_id: column('label', 'the sidecar that wrote the record'),
  boot: column(
    'u32',
    'start of the sidecar process, seconds since 1970; with sidecar_id and worker it scopes seq',
  ),
  worker: column('u16', 'worker process within the sidecar'),
  schema_version: column('u8', 'version of this column list'),
  app: column('label', 'application, from the key or the configuration'),
  team: column('label', 'team, from the key or the configuration'),
  env: column('label', 'environment, from the configuration'),
  key_name: column('label', 'name of the key that was used'),
  customer: column('label', 'customer of the caller, from x-sidelight-customer or the body'),
  tier: column('label', 'customer tier'),
  feature: column('label', 'feature of the application'),
  session: column('text', 'conversation, as the caller names it'),
  prompt_name: column('label', 'prompt template, from x-sidelight-prompt'),
  prompt_version: column('label', 'its version'),
  prompt_fingerprint: column('hex32', 'hash of everything in the request that prompts the model'),
  tags: column('label_map', 'from x-sidelight-tags'),
  trace_id: column('text', 'W3C trace the request belongs to'),
  dialect: column('label', 'API the caller spoke: chat, responses, messages, gemini'),
  endpoint: column('label', 'operation: generate, embeddings, …'),
  route: column('label', 'route the model name resolved to'),
  model_asked: column('label', 'model name as the caller wrote it'),
  segment: column('label', 'traffic segment that weights are kept for'),
  streamed: column('bool', 'the caller asked for a stream'),
  role: column('label', 'primary, shadow, judge or audit'),
  pair_id: column('text', 'joins a shadow or audit request to its primary'),
  policy_id: column('label', 'content hash of the policy document'),
  policy_version: column('u32', 'version of the routing policy; 0 is the configuration itself'),
  policy_role: column('label', 'active, candidate, holdout, control, override or cache'),
  candidates: column('labels', 'candidates that were eligible, sorted by id'),
  probabilities: column('floats', 'probability of each, in the same order'),
  excluded: column('label_map', 'candidate to the reason it was not eligible'),
  draw_u: column('float', 'the deterministic draw in [0, 1)'),
  draw_n: column('u16', 'how often the unit was drawn again'),
  unit_kind: column('label', 'conversation, customer or request'),
  unit_hash: column('hex32', 'the unit that sticks to a candidate, hashed'),
  salt_id: column('label', 'salt of the draw'),
  sticky_version: column('u32', 'policy version of the draw a sticky unit keeps'),
  sticky_hit: column('bool', 'an earlier draw of the unit was kept'),
  override_source: column('label', 'what pinned the candidate: header, model, escalation'),
  candidate_assigned: column('label', 'candidate the draw chose'),
  propensity: column('float', 'its probability, unrounded'),
  candidate_served: column('label', 'candidate that answered'),
  provider: column('label', 'provider that answered, by its configured name'),
  model: column('label', 'model that answered, as it was asked for upstream'),
  model_reported: column('label', 'model the provider says it served'),
  region: column('label', 'region of the provider that answered'),
  attempt_count: column('u16', 'calls to providers made for this request'),
  fallback_used: column('bool', 'another candidate than the assigned one answered'),
  recovery_mode: column('label', 'what was done after a stream died: stitch, restart'),
  stitched_at_chars: column('u32', 'characters delivered before the next candidate continued'),
  cache: column('label', 'off, miss, exact, lexical, semantic or stale'),
  cache_score: column('float?', 'similarity of the cached request'),
  cache_saved_usd: column('money?', 'cost that the cache hit avoided', 'USD'),
  input_tokens: column('u32', 'all input: uncached, cache reads and cache writes', 'tokens'),
  cached_input_tokens: column('u32', 'read from the provider cache, inside input_tokens', 'tokens'),
  cache_write_tokens: column('u32', 'written to the provider cache, inside input_tokens', 'tokens'),
  output_tokens: column('u32', 'all output, reasoning included', 'tokens'),
  reasoning_tokens: column('u32', 'reasoning, inside output_tokens', 'tokens'),
  usage_classes: column('amount_map', 'every usage class that is not zero, so cost can be recomputed'),
  usage_source: column('label', 'provider, counted or estimated'),
  service_tier: column('label', 'service tier that was served'),
  cost_usd: column('money?', 'cost of all attempts of this request; null when a price is unknown', 'USD'),
  cost_reported_usd: column('money?', 'the provider’s own figure, where it states one', 'USD'),
  baseline_usd: column('money?', 'what the route’s baseline would have cost', 'USD'),
  price_valid_from: column('date', 'first day of the price used; 1970-01-01 when undated'),
  price_assumed: column('bool', 'the price rests on a default of the provider'),
  quality: column('float?', 'known only where a score came with the request'),
  pii_counts: column('count_map', 'masked entities by kind'),
  pii_action: column('label', 'what was done: none, mask, block …'),
  guard_verdict: column(
    'label',
    'verdict of the prompt guard: none, tag, strip, block or canary (system prompt in the answer); empty without a guard',
  ),
  status: column('label', 'ok, error, blocked, client_abort or truncated'),
  http_status: column('u16', 'status the caller got'),
  error_code: column('label', 'code of the error, ours or the provider’s'),
  finish_reason: column('label', 'why the model stopped, in the provider’s words'),
  duration_ms: column('ms', 'arrival to the last byte', 'ms'),
  first_token_ms: column('ms?', 'arrival to the first content', 'ms'),
  overhead_us: column('u32', 'time spent in Sidelight before the upstream was asked', 'µs'),
  dropped_fields: column('labels', 'request fields that the provider’s format cannot express'),
  request_bytes: column('u32', 'size of the caller’s body', 'bytes'),
  response_bytes: column('u32', 'bytes sent to the caller', 'bytes'),
  cost_catalog_usd: column(
    'money?',
    'what the price catalog says, where cost_usd is the provider’s own figure',
    'USD',
  ),
  charge_usd: column('money?', 'cost_usd times the factor of the customer; null without a factor', 'USD'),
  price_zone: column('label', 'price zone of the provider that answered; empty for none'),
  speed: column('label', 'speed that was served, where the provider sells several'),
  cache_guard: column('label', 'rule of the cache guard that turned the nearest entry down'),
  cache_entry_id: column('text', 'entry of the cache that answered'),
  cache_age_s: column('u32', 'age of that entry', 's'),
  cache_tau: column('float?', 'similarity that was needed'),
  cache_saved_ms: column('ms?', 'time that the cache hit avoided', 'ms'),
  coalesced: column('bool', 'waited for an equal request that was already under way'),
  guard_score: column('u16', 'weight of the patterns the prompt guard saw'),
  mask_rules_version: column('label', 'version of the masking rules'),
  pii_scan_us: column('u32', 'time spent looking for personal data', 'µs'),
  unscanned_parts: column('u16', 'parts no detector reads: images, audio, files'),
  placeholder_unknown: column('u16', 'placeholders of the answer that stand for nothing'),
} as const satisfies Record<string, Column>

export const attemptColumns = {
  ts: column('time', 'when the call started'),
  request_id: column('uuid', 'the request it belongs to'),
  attempt: column('u16', 'counts from 1'),
  sidecar_id: column('label', 'the sidecar that wrote the record'),
  candidate: column('label', 'candidate that was tried'),
  provider: column('label', 'provider by its configured name'),
  model: column('label', 'model asked for'),
  region: column('label', 'region of the provider'),
  outcome: column('label', 'answered, truncated, aborted, or the class of the fault'),
  http_status: column('u16', 'status of the provider; 0 when there was none'),
  error_code: column('label', 'code of the provider, or ours'),
  duration_ms: column('ms', 'start of the call to its end', 'ms'),
  first_token_ms: column('ms?', 'start of the call to the first content', 'ms'),
  input_tokens: column('u32', 'as in requests', 'tokens'),
  cached_input_tokens: column('u32', 'as in requests', 'tokens'),
  cache_write_tokens: column('u32', 'as in requests', 'tokens'),
  output_tokens: column('u32', 'as in requests', 'tokens'),
  usage_classes: column('amount_map', 'as in requests'),
  usage_source: column('label', 'provider, counted or estimated'),
  cost_usd: column('money?', 'cost of this call; null when a price is unknown', 'USD'),
  price_valid_from: column('date', 'first day of the price used'),
  upstream_request_id: column('text', 'the provider’s own id of the call'),
  model_reported: column('label', 'model the provider says it served'),
  reasoning_tokens: column('u32', 'as in requests', 'tokens'),
  service_tier: column('label', 'service tier that was served'),
  price_zone: column('label', 'as in requests'),
  speed: column('label', 'as in requests'),
  price_model: column('label', 'model of the price catalog whose price was used; empty for none'),
  price_option: column(
    'label',
    'what else decides the price: `size/quality/steps` of an image, context of a search',
  ),
  price_assumed: column('bool', 'as in requests'),
  cost_catalog_usd: column('money?', 'as in requests', 'USD'),
  target: column('label', 'address and key of the provider, by the name in the configuration'),
} as const satisfies Record<string, Column>

export const feedbackColumns = {
  ts: column('time', 'when the feedback arrived'),
  request_id: column('uuid', 'the request it speaks of, shipped already or not'),
  name: column('label', 'thumbs, or any name of a score'),
  value: column('float', 'from 0 to 1'),
  comment: column('text', 'what the user wrote'),
  app: column('label', 'application, from the key or the configuration'),
  key_name: column('label', 'name of the key that was used'),
  customer: column('label', 'customer of the caller'),
  sidecar_id: column('label', 'the sidecar that wrote the row'),
  boot: column('u32', 'as in requests'),
  worker: column('u16', 'as in requests'),
  seq: column('u64', 'counts the feedback rows of one boot and worker from 1'),
  schema_version: column('u8', 'version of this column list'),
} as const satisfies Record<string, Column>

/**
 * What a sidecar says about its own records, as differences since it last said so: the sums of a day are
 * compared with what the warehouse holds. What a disk limit drops is reported for those who wrote it.
 */
export const selfAuditColumns = {
  ts: column('time', 'when the row was written'),
  day: column('date', 'day of the ts of the records it counts, UTC'),
  of_table: column('label', 'what it counts: requests or feedback'),
  sidecar_id: column('label', 'the sidecar whose records it counts'),
  boot: column('u32', 'their boot'),
  worker: column('u16', 'their worker'),
  seen: column('u64', 'records made by the sidecar, lost ones included'),
  spooled: column('u64', 'records durable on the sidecar’s disk'),
  lost: column('u64', 'records that will not come'),
  losses: column('count_map', 'the same by reason; `returned` came back and is not lost'),
  seq_min: column('u64', 'smallest seq among those seen; 0 when there is none'),
  seq_max: column('u64', 'largest seq among those seen; 0 when there is none'),
  schema_version: column('u8', 'version of this column list'),
} as const satisfies Record<string, Column>

/** Tables whose rows travel through the spool. */
export const spooledTables = {
  requests: requestColumns,
  attempts: attemptColumns,
  feedback: feedbackColumns,
  self_audit: selfAuditColumns,
  contents: contentColumns,
  cache_audits: cacheAuditColumns,
  cache_entries: cacheEntryColumns,
} as const satisfies Record<string, Readonly<Record<string, Column>>>

export type SpooledTable = keyof typeof spooledTables

export const schemaVersion = 1

export type RequestRow = RowOf<typeof requestColumns>
export type AttemptRow = RowOf<typeof attemptColumns>
export type FeedbackRow = RowOf<typeof feedbackColumns>
export type SelfAuditRow = RowOf<typeof selfAuditColumns>

/** One caller's request with all its provider calls: written, shipped and counted as one. */
export interface LedgerRecord {
  readonly request: RequestRow
  readonly attempts: readonly AttemptRow[]
  /** Its masked text, where that is kept. */
  readonly contents?: ContentRow | undefined
  /** Served though the spool is full: nobody was promised that this record is kept. */
  readonly isExpendable?: boolean
  /** Whoever else keeps the rows: they are told the line of the spool that says the same in less memory. */
  readonly keeper?: { encoded(line: string): void } | undefined
}

/** Where records go. Offering never blocks and never throws; what can't be taken is counted. */
export interface RecordSink {
  offer(record: LedgerRecord): void
  offerFeedback(row: FeedbackRow): void
  /** An answer of the cache that was compared with a fresh one. */
  offerCacheAudit(row: CacheAuditRow): void
  /** An answer that other sidecars may give. */
  offerCacheEntry(row: CacheEntryRow): void
  /** The rows of a line that a keeper was told. Only a sink that tells any has it. */
  decode?(line: string): Pick<LedgerRecord, 'request' | 'attempts'>
  /** Why requests that must leave a record can't be served now; undefined when they can. */
  refusal(): string | undefined
  /**
   * Resolves when everything that was offered so far is durable. Rejects when some of it was lost, the last
   * one included when it was refused; while the disk fails, it waits.
   */
  flushed(): Promise<void>
}
