import { createHash, randomBytes } from 'node:crypto'
import type { Door } from './door.ts'
import { migrations, tablesOf } from './migrations/all.ts'
import { onCluster, type Rendering, storageOf } from './migrations/render.ts'

export interface Erased {
  /** Salted: who knows the name can check that it was this one, nobody else can tell. */
  readonly subject: string
  readonly salt: string
  /** Rows that were there, by table. */
  readonly counts: Readonly<Record<string, number>>
}

/** Rows of these name a request and no customer. */
const byRequest = ['attempts'] as const

/**
 * Removes every row of a customer, in raw tables and in sums, from the disk and not only from sight, and says so
 * in the audit log without the name. What still lies in a spool or in a backup is not reached.
 */
export async function eraseCustomer(
  door: Door,
  from: { customer: string; to: Rendering; actor: string },
): Promise<Erased> {
  const { customer, to, actor } = from
  if (customer === '') throw new Error('an empty name stands for all traffic that names no customer')
  const parameters = { customer }
  const counts: Record<string, number> = {}
  // First what is found through the requests, so that a run that breaks off can be repeated.
  for (const { table, condition } of conditions(to)) {
    const storage = storageOf(table, to)
    const whole = `\`${to.database}\`.\`${table}\``
    const counted = await door.rows<{ n: number | string }>(
      `SELECT count() AS n FROM ${whole} WHERE ${condition}`,
      parameters,
    )
    const count = Number(counted[0]?.n ?? 0)
    if (count === 0) continue
    await door.run(
      `ALTER TABLE ${storage}${onCluster(to)} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`,
      parameters,
    )
    counts[table] = count
  }
  const salt = randomBytes(16).toString('hex')
  const subject = subjectOf(customer, salt)
  await logErasure(door, { to, actor, subject, salt, counts })
  return { subject, salt, counts }
}

export function subjectOf(customer: string, salt: string): string {
  return createHash('sha256').update(`${salt}\u001f${customer}`).digest('hex').slice(0, 32)
}

function conditions(to: Rendering): { table: string; condition: string }[] {
  const isCustomer = 'customer = {customer:String}'
  const named = tablesOf(migrations)
    .filter(({ columns }) => /^\s*customer /m.test(columns))
    .map(({ name }) => name)
  const requests = `SELECT request_id FROM \`${to.database}\`.requests WHERE ${isCustomer}`
  return [
    ...byRequest.map((table) => ({ table, condition: `request_id IN (${requests})` })),
    ...named.filter((table) => table !== 'requests').map((table) => ({ table, condition: isCustomer })),
    { table: 'requests', condition: isCustomer },
  ]
}

async function logErasure(door: Door, row: Erased & { to: Rendering; actor: string }): Promise<void> {
  const counts = Object.entries(row.counts).flatMap(([table, count]) => [`'${table}'`, String(count)])
  await door.run(
    `INSERT INTO ${storageOf('audit_log', row.to)} (ts, actor, action, subject, salt, counts)
     SELECT now64(3), {actor:String}, 'erase_customer', {subject:String}, {salt:String}, CAST(map(${counts.join(', ')}), 'Map(String, Float64)')`,
    { actor: row.actor, subject: row.subject, salt: row.salt },
  )
}
