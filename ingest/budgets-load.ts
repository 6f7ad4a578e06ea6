import type { Config } from '../contract/config/schema.ts'
import { formatMoney, moneyOfUsd } from '../contract/money.ts'
import type { BudgetRow } from '../contract/tables/budgets.ts'
import type { Door } from './door.ts'

type Held = Pick<BudgetRow, 'scope' | 'key' | 'period' | 'limit_usd'>

/** Who set it; budgets that others wrote are theirs. */
const actor = 'configuration'

export function budgetRowsOf(config: Pick<Config, 'keys'>): Held[] {
  return config.keys.flatMap(({ name, budget }) =>
    budget === undefined
      ? []
      : [{ scope: 'key', key: name, period: budget.per, limit_usd: formatMoney(moneyOfUsd(budget.usd)) }],
  )
}

/** Tells the warehouse of budgets that are new or other than before; one that is gone gets a limit of nothing. */
export async function loadBudgets(
  door: Door,
  from: { rows: readonly Held[]; database: string; nowMs: number },
): Promise<number> {
  const table = `\`${from.database}\`.budgets`
  const known = await door.rows<Held>(`SELECT toString(scope) AS scope, key, toString(period) AS period,
    toString(argMax(limit_usd, updated_at)) AS limit_usd
  FROM ${table} WHERE actor = '${actor}' GROUP BY scope, key, period`)
  const before = new Map(known.map((row) => [nameOf(row), row]))
  const wanted = new Set(from.rows.map(nameOf))
  const changed = from.rows.filter((row) => before.get(nameOf(row))?.limit_usd !== row.limit_usd)
  const gone = known.filter((row) => row.limit_usd !== '0' && !wanted.has(nameOf(row)))
  const rows = [...changed, ...gone.map((row) => ({ ...row, limit_usd: '0' }))]
  if (rows.length === 0) return 0
  const updated_at = new Date(from.nowMs).toISOString().slice(0, -1).replace('T', ' ')
  const lines = rows.map((row) => JSON.stringify({ ...row, updated_at, actor }))
  await door.run(`INSERT INTO ${table} FORMAT JSONEachRow\n${lines.join('\n')}`)
  return rows.length
}

const nameOf = ({ scope, key, period }: Held) => JSON.stringify([scope, key, period])
