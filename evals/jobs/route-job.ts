import type { ReadPolicy } from '../../contract/policy/read.ts'
import type { AskModel } from '../ask-model.ts'
import type { Decision } from '../decision.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { GoldenItem } from '../golden/item.ts'
import type { Judge } from '../judge/judge.ts'
import type { HumanLabel } from '../judge/labels.ts'
import type { Purse } from '../purse.ts'
import type { LoopSettings } from '../settings.ts'
import type { Journal } from './journal.ts'
import type { PriceOf } from './read-traffic.ts'
import type { EvalStore, PolicyShelf } from './store.ts'

/** What scores of live requests come from; undefined: nothing does, and golden sets alone say what is good. */
export type LiveScorer = 'gates' | 'judge' | { readonly feedback: string } | undefined

/** Everything that a run of one route is given. */
export interface RouteJob {
  readonly store: EvalStore
  readonly shelf: PolicyShelf
  readonly journal: Journal
  readonly settings: LoopSettings
  /** With the weights of the configuration. */
  readonly candidates: readonly { readonly id: string; readonly weight: number }[]
  /** What a candidate is, besides its id: one that was changed is another. */
  readonly candidateHashes: ReadonlyMap<string, string>
  readonly scorer: LiveScorer
  readonly judge: Judge | undefined
  /** US dollars of judging a prompt of so many characters; undefined: nobody knows. */
  readonly judgeQuote: (chars: number) => number | undefined
  readonly labels: readonly HumanLabel[]
  readonly golden: readonly GoldenItem[]
  readonly shadow: { readonly share: number; readonly prompts: number } | undefined
  readonly ask: AskModel
  readonly purse: Purse
  readonly priceOf: PriceOf
  readonly sign: (policy: ReadPolicy) => ReadPolicy
  readonly runId: string
  readonly seed: string
  readonly nowMs: number
  readonly sinceMs: number | undefined
  readonly isDry: boolean
  readonly onProgress?: (text: string) => void
}

export interface RouteResult {
  readonly route: string
  readonly exitCode: ExitCode
  readonly reason: string
  /** What could not be done, and would help. */
  readonly notes: readonly string[]
  readonly decision?: Decision
}
