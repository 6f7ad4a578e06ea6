import { type Columns, column, type RowOf } from '../column.ts'

/** Answers that sidecars keep for each other: masked text, with `content.store: masked` and `cache.share`. */
export const cacheEntryColumns = {
  ts: column('time', 'when the answer was given'),
  entry_id: column('text', 'the request it was given to'),
  app: column('label', 'as in requests'),
  customer: column('label', 'as in requests'),
  route: column('label', 'as in requests'),
  provider: column('label', 'who gave the answer'),
  model: column('label', 'its model'),
  tags: column('label_map', 'as in requests'),
  exact_key: column('text', 'hash of the whole request and of whom it is kept for'),
  compat_key: column('text', 'the same without the last question'),
  owner: column('text', 'whose share of the memory it counts against'),
  language: column('label', 'language of the question'),
  question: column('document', 'masked text of the last question'),
  answer: column('document', 'masked answer, as its events in JSON'),
  life_ms: column('amount_map', 'how long each tier may give it, and how long after that', 'ms'),
  took_ms: column('ms', 'how long the provider took', 'ms'),
  cost_usd: column('money?', 'what it cost', 'USD'),
  mask_rules_version: column('label', 'version of the masking rules'),
} as const satisfies Columns

export type CacheEntryRow = RowOf<typeof cacheEntryColumns>
