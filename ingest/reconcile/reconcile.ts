import type { ClickHouseClient } from '@clickhouse/client'
import { type Fraction, parseFraction } from '../../contract/money.ts'
import { compare } from './compare.ts'
import { readLedger } from './ledger.ts'
import { profileOf, readMapping } from './mapping.ts'
import { ExportProblem } from './problem.ts'
import type { Profile } from './profiles.ts'
import { readExport, type UsageExport } from './read-export.ts'
import { jsonReport, type Reported, textReport } from './report.ts'
import { readTable } from './table.ts'

export interface ReconcileOptions {
  readonly map: string | undefined
  readonly provider: string | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly tolerance: string | undefined
}

/** An export that was read and understood; the warehouse is asked only after that. */
export interface ReconcilePlan {
  readonly usage: UsageExport
  readonly profile: Profile
  readonly providers: readonly string[]
  readonly since: string
  readonly until: string
  readonly tolerance: string
  readonly notes: readonly string[]
  /** The provider that was asked for, when it is none of the configuration. */
  readonly stranger: string | undefined
  readonly configured: readonly string[]
}

export function planReconcile(
  file: string,
  options: ReconcileOptions,
  configured: Readonly<Record<string, { readonly kind: string }>>,
): ReconcilePlan {
  const mapped = options.map === undefined ? undefined : readMapping(options.map)
  const since = dayOption('--since', options.since)
  const until = dayOption('--until', options.until)
  if (since !== undefined && until !== undefined && since > until)
    throw new ExportProblem('--since', `${since} is after --until ${until}`)
  toleranceOf(options.tolerance ?? '0')
  const table = readTable(file)
  const profile = profileOf(table, mapped)
  const whole = readExport(table, profile)
  const days = whole.lines.map(({ day }) => day).sort()
  const first = since ?? days[0] ?? ''
  const last = until ?? days.at(-1) ?? ''
  const lines = whole.lines.filter(({ day }) => day >= first && day <= last)
  if (lines.length === 0)
    throw new ExportProblem('', `has no rows from ${first} to ${last}; it holds ${days[0]} to ${days.at(-1)}`)
  return {
    usage: { ...whole, lines },
    profile,
    providers: providersFor(profile, options.provider, configured),
    since: first,
    until: last,
    tolerance: options.tolerance ?? '0',
    stranger: Object.hasOwn(configured, options.provider ?? '') ? undefined : options.provider,
    configured: Object.keys(configured),
    notes: table.hasMore
      ? ['note: the export says that there are more pages; what follows is not in it']
      : [],
  }
}

function dayOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text))
    throw new ExportProblem(name, 'expected a day such as 2026-11-28')
  return text
}

/** `0.5%` or `0.005`. */
function toleranceOf(text: string): Fraction {
  const isPercent = text.endsWith('%')
  const parsed = parseFraction(isPercent ? text.slice(0, -1) : text)
  if (parsed === undefined || parsed.numerator < 0n)
    throw new ExportProblem('--tolerance', 'expected a share such as 0.5% or 0.005')
  const share = isPercent ? { ...parsed, denominator: parsed.denominator * 100n } : parsed
  if (share.numerator > share.denominator)
    throw new ExportProblem('--tolerance', 'is more than 100%: five percent are 5% or 0.05')
  return share
}

/** Whose calls the export speaks of: those of one configured provider, or of all of its kind. */
function providersFor(
  { kinds, name }: Profile,
  asked: string | undefined,
  configured: Readonly<Record<string, { readonly kind: string }>>,
): readonly string[] {
  if (asked !== undefined) {
    // The ledger may still hold calls of a provider that has left the configuration.
    return [asked]
  }
  if (kinds.length === 0) return []
  const found = Object.entries(configured)
    .filter(([, { kind }]) => kinds.includes(kind))
    .map(([provider]) => provider)
  if (found.length > 0) return found
  throw new ExportProblem(
    '--provider',
    `no provider of kind ${kinds.join(', ')} is configured: name the one that this file (${name}) speaks of`,
  )
}

function strangerText({ stranger = '', since, until, configured }: ReconcilePlan): string {
  const name = JSON.stringify(stranger.slice(0, 40))
  return `${name} is neither configured (${configured.join(', ')}) nor has it calls in the ledger from ${since} to ${until}`
}

export interface Reconciled {
  readonly isEqual: boolean
  readonly json: unknown
  text(all: boolean): string
}

export async function reconcile(
  client: ClickHouseClient,
  database: string,
  plan: ReconcilePlan,
): Promise<Reconciled> {
  const { providers, since, until, usage, tolerance } = plan
  const ledger = await readLedger(client, { database, providers, since, until })
  if (plan.stranger !== undefined && ledger.lines.length === 0)
    throw new ExportProblem('--provider', strangerText(plan))
  const comparison = compare({
    ledger: ledger.lines,
    export: usage.lines,
    figures: usage.figures,
    tolerance: toleranceOf(tolerance),
  })
  const unpriced =
    ledger.unpriced > 0 && usage.figures.includes('cost_usd')
      ? [`note: ${ledger.unpriced} calls in the ledger have no price; their cost is not in its sums`]
      : []
  const reported: Reported = {
    comparison,
    format: plan.profile.name,
    providers,
    since,
    until,
    tolerance,
    notes: [...plan.notes, ...unpriced],
  }
  return {
    isEqual: comparison.isEqual,
    json: jsonReport(reported),
    text: (all) => textReport(reported, all),
  }
}
