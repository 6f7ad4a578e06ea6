import { fileURLToPath } from 'node:url'
import type { ColumnType } from '../contract/column.ts'
import { requestColumns, schemaVersion } from '../contract/record.ts'
import { derivedMeanings, derivedTables } from '../contract/tables/derived.ts'
import { writtenTables } from '../contract/tables/written.ts'
import { migrations, tablesOf } from '../ingest/migrations/all.ts'
import { parseColumns } from '../ingest/migrations/ddl.ts'

export const columnsFile = fileURLToPath(new URL('../docs/reference/columns.md', import.meta.url))

interface Described {
  readonly type: ColumnType
  readonly meaning: string
  readonly unit?: string
}

const typeHelp: Readonly<Record<ColumnType, string>> = {
  time: 'UTC, milliseconds',
  date: 'date',
  uuid: 'UUID',
  label: 'text, few distinct values',
  text: 'text',
  document: 'long text',
  hex32: '32 hex characters',
  bool: 'true or false',
  u8: 'integer, 8 bits',
  u16: 'integer, 16 bits',
  u32: 'integer, 32 bits',
  u64: 'integer, 64 bits',
  float: 'number',
  'float?': 'number or NULL',
  ms: 'number',
  'ms?': 'number or NULL',
  money: 'decimal, 12 places',
  'money?': 'decimal, 12 places, or NULL',
  labels: 'list of text',
  floats: 'list of numbers',
  label_map: 'map of text to text',
  count_map: 'map of text to integer',
  amount_map: 'map of text to number',
}

const introductions: Readonly<Record<string, string>> = {
  requests: 'One row for each request of a caller. Money and tokens are sums over its calls to providers.',
  attempts: 'One row for each call to a provider: retries, fallbacks and shadows have rows of their own.',
  feedback: 'What users thought of answers; may come before or after the request itself.',
  self_audit: 'What sidecars say about their own records, to be compared with what lies in the warehouse.',
  scores: 'One row for each request or golden item, scorer and version of the scorer.',
  contents: 'Masked text of prompts and answers, only with `content.store: masked`.',
  cache_audits:
    'Cache decisions that were compared with a fresh answer; also read as `cache`, `cache_score`, `false_hit`.',
  cache_entries:
    'Answers that sidecars keep for each other, only with `content.store: masked` and `cache.share`.',
  routing_policies: 'Every version of every routing policy that was ever in force.',
  eval_runs: 'Every stage of every run of the evals.',
  budgets: 'What may be spent: the latest row of a scope, key and period holds.',
  audit_log: 'Who changed what.',
}

/** The reference page of the ledger, from the columns themselves. */
export function columnsPage(): string {
  const written = Object.entries(writtenTables).map(
    ([table, columns]) => `## ${table}\n\n${introductions[table]}\n\n${tableOf(columns)}`,
  )
  const derived = tablesOf(migrations)
    .filter(({ name }) => derivedTables[name] !== undefined)
    .map(({ name, columns }) => `## ${name}\n\n${derivedTables[name]}\n\n${derivedTableOf(columns)}`)
  return `# Columns of the ledger

<!-- Generated from contract/record.ts, contract/tables and ingest/migrations by npm run schema; change it there. -->

What Sidelight writes, then what follows from it in the warehouse. Unknown money and scores are NULL, never 0. The
warehouse adds \`ingested_at\` to requests, attempts and feedback. Version ${schemaVersion} of the spool, ${migrations.length} of the schema. How
to use it: [the schema](../guide/warehouse-schema.md).

${[...written, ...derived].join('\n\n')}
`
}

/** Sums have the meaning of what they sum up, unless they say otherwise. */
export function meaningOf(name: string): string | undefined {
  const columns: Readonly<Record<string, Described>> = requestColumns
  return derivedMeanings[name] ?? columns[name]?.meaning
}

function derivedTableOf(lines: string): string {
  const rows = parseColumns(lines).map(
    ({ name, type }) =>
      `| \`${name}\` | ${type.replace(/ (DEFAULT .*)?CODEC\(.*\)$/, '')} | ${meaningOf(name)} |`,
  )
  return ['| column | type | meaning |', '|---|---|---|', ...rows].join('\n')
}

function tableOf(columns: Readonly<Record<string, Described>>): string {
  const rows = Object.entries(columns).map(
    ([name, { type, meaning, unit }]) => `| \`${name}\` | ${typeHelp[type]} | ${unit ?? ''} | ${meaning} |`,
  )
  return ['| column | type | unit | meaning |', '|---|---|---|---|', ...rows].join('\n')
}
