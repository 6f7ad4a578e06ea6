import { fileURLToPath } from 'node:url'
import { type ColumnType, schemaVersion, spooledTables } from '../contract/record.ts'

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

/** The reference page of the ledger, from the columns themselves. */
export function columnsPage(): string {
  const sections = Object.entries(spooledTables).map(
    ([table, columns]) => `## ${table}\n\n${tableOf(columns)}`,
  )
  return `# Columns of the ledger

<!-- Generated from contract/record.ts by npm run schema; change it there. -->

One row in \`requests\` for each request of a caller, one in \`attempts\` for each call to a provider, retries and
fallbacks included; \`feedback\` and \`self_audit\` travel the same way. Unknown money and scores are NULL, never 0.
The warehouse adds \`ingested_at\`. Version ${schemaVersion}.

${sections.join('\n\n')}
`
}

function tableOf(columns: Readonly<Record<string, Described>>): string {
  const rows = Object.entries(columns).map(
    ([name, { type, meaning, unit }]) => `| \`${name}\` | ${typeHelp[type]} | ${unit ?? ''} | ${meaning} |`,
  )
  return ['| column | type | unit | meaning |', '|---|---|---|---|', ...rows].join('\n')
}
