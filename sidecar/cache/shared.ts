import type { CacheEntryRow } from '../../contract/tables/cache-entries.ts'
import type { AnswerCache } from './answer-cache.ts'
import type { Entry } from './store/entry.ts'

/** What a row says of an entry. Its words are read again where it arrives. */
export function rowOf(
  entry: Entry,
  more: { app: string; text: string; maskRulesVersion: string },
): CacheEntryRow {
  const { life, graceMs } = entry
  return {
    ts: entry.createdMs,
    entry_id: entry.id,
    app: more.app,
    customer: entry.customer,
    route: entry.route,
    provider: entry.provider,
    model: entry.model,
    tags: entry.tags,
    exact_key: entry.exact,
    compat_key: entry.compat,
    owner: entry.owner,
    language: entry.analysis?.language ?? '',
    question: more.text,
    answer: entry.answer.toString(),
    life_ms: { ...life, revalidate: graceMs.revalidate, error: graceMs.error },
    took_ms: entry.tookMs,
    cost_usd: entry.costUsd,
    mask_rules_version: more.maskRulesVersion,
  }
}

/** Keeps what is not known yet and still lives; how many those were. */
export function takeRows(answers: AnswerCache, rows: readonly CacheEntryRow[], nowMs: number): number {
  let taken = 0
  for (const row of rows) {
    const known = answers.store.exact(row.exact_key)
    if (known !== undefined && known.createdMs >= row.ts) continue
    if (isOver(row, nowMs) || !isWhole(row.answer)) continue
    if (take(answers, row) !== undefined) taken += 1
  }
  return taken
}

function isOver({ ts, life_ms: life }: CacheEntryRow, nowMs: number): boolean {
  const longest = Math.max(life['exact'] ?? 0, life['lexical'] ?? 0, life['semantic'] ?? 0)
  return ts + longest + Math.max(life['revalidate'] ?? 0, life['error'] ?? 0) <= nowMs
}

function isWhole(answer: string): boolean {
  try {
    const value: unknown = JSON.parse(answer)
    return typeof value === 'object' && value !== null && ('events' in value || 'json' in value)
  } catch {
    return false
  }
}

function take(answers: AnswerCache, row: CacheEntryRow): Entry | undefined {
  const { life_ms: life, language, question: text } = row
  const lexical = life['lexical'] ?? 0
  const year = new Date(row.ts).getUTCFullYear()
  const question = lexical > 0 ? answers.analyst.question(text, language, year) : undefined
  return answers.add({
    id: row.entry_id,
    exact: row.exact_key,
    compat: row.compat_key,
    owner: row.owner,
    customer: row.customer,
    route: row.route,
    tags: row.tags,
    model: row.model,
    provider: row.provider,
    head: text.slice(0, 128),
    analysis: question?.analysis,
    roots: question?.roots ?? [],
    answer: Buffer.from(row.answer),
    createdMs: row.ts,
    costUsd: row.cost_usd,
    tookMs: row.took_ms,
    // Its vector stays where it was made.
    life: { exact: life['exact'] ?? 0, lexical, semantic: 0 },
    graceMs: { revalidate: life['revalidate'] ?? 0, error: life['error'] ?? 0 },
  })
}
