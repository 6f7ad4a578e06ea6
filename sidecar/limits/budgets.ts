import type { Money } from '../../contract/money.ts'
import { type Period, periodEndMs, periodStartMs } from './period.ts'

/** What a key may spend in a period. */
export interface Budget {
  readonly limit: Money
  readonly per: Period
}

/** A key with a budget. */
export interface Budgeted {
  readonly name: string
  readonly budget?: Budget | undefined
}

/** What a key has spent in one period. */
export interface Spent {
  readonly name: string
  readonly periodStartMs: number
  readonly spent: Money
}

interface Account {
  periodStartMs: number
  /** By this process and its workers since they started. */
  own: Money
  /** Before that, and by other sidecars: what the disk remembers or the ledger says, whichever is more. */
  elsewhere: Money
}

/**
 * What keys have spent of their budgets. It grows by what answers cost, so a request that is under way when
 * the sum is reached is finished; none begins after it. Spend without a known price is not in it.
 */
export class Budgets {
  readonly #accounts = new Map<string, Account>()

  /** 0 when the key may go on, else how long until its next period. */
  waitMs({ name, budget }: Budgeted, nowMs: number): number {
    if (budget === undefined) return 0
    const { own, elsewhere } = this.#account(name, budget.per, nowMs)
    return own + elsewhere < budget.limit ? 0 : periodEndMs(budget.per, nowMs) - nowMs
  }

  spend({ name, budget }: Budgeted, cost: Money, nowMs: number): void {
    if (budget !== undefined) this.#account(name, budget.per, nowMs).own += cost
  }

  /** What was spent elsewhere, as somebody remembers it; of an earlier period it is of no interest. */
  learn({ name, budget }: Budgeted, { periodStartMs: startMs, spent }: Omit<Spent, 'name'>, nowMs: number) {
    if (budget === undefined) return
    const account = this.#account(name, budget.per, nowMs)
    if (account.periodStartMs === startMs && spent > account.elsewhere) account.elsewhere = spent
  }

  spent({ name, budget }: Budgeted, nowMs: number): Spent | undefined {
    if (budget === undefined) return undefined
    const { own, elsewhere, periodStartMs: startMs } = this.#account(name, budget.per, nowMs)
    return { name, periodStartMs: startMs, spent: own + elsewhere }
  }

  #account(name: string, per: Period, nowMs: number): Account {
    const startMs = periodStartMs(per, nowMs)
    let account = this.#accounts.get(name)
    if (account === undefined) {
      account = { periodStartMs: startMs, own: 0n, elsewhere: 0n }
      this.#accounts.set(name, account)
    } else if (account.periodStartMs !== startMs) {
      Object.assign(account, { periodStartMs: startMs, own: 0n, elsewhere: 0n })
    }
    return account
  }
}
