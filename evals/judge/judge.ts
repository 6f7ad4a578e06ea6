import type { AskModel, ModelReply } from '../ask-model.ts'
import type { Purse } from '../purse.ts'
import { levenshteinSimilarity } from '../scorers/references.ts'
import { judgeVersion, type Message, pairMessages, readBetter, readScore, rubricMessages } from './prompts.ts'
import { type JudgedPair, type Side, scoreOf } from './verdict.ts'

export type Judged<T> =
  | { readonly kind: 'judged'; readonly value: T; readonly costUsd: number }
  /** Its reply cannot be read: there is no score, and never a 0. */
  | { readonly kind: 'unreadable'; readonly costUsd: number }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'over_budget' }

export interface Judge {
  readonly version: string
  score(ask: {
    readonly id: string
    readonly prompt: string
    readonly answer: string
  }): Promise<Judged<number>>
  compare(ask: {
    readonly id: string
    readonly prompt: string
    readonly answers: readonly [string, string]
  }): Promise<Judged<JudgedPair>>
}

export interface JudgeOptions {
  readonly ask: AskModel
  readonly provider: string
  readonly model: string
  readonly rubric: string
  readonly purse: Purse
  /** US dollars of a call with a prompt of so many characters; undefined: nobody knows its price. */
  quote(chars: number): number | undefined
}

const replyTokens = 300
/** Answers that hardly differ are a tie, and no judge has to be paid to say so. */
const alike = 0.98

export function createJudge({ ask, provider, model, rubric, purse, quote }: JudgeOptions): Judge {
  const version = judgeVersion(model, rubric)
  const call = async <T>(id: string, messages: readonly Message[], read: (text: string) => T | null) => {
    const chars = messages.reduce((sum, { content }) => sum + content.length, 0)
    const expected = quote(chars)
    // What has no price has no limit either.
    const settle = expected === undefined ? undefined : purse.reserve(expected)
    if (settle === undefined || expected === undefined) return { kind: 'over_budget' } as const
    const reply = await ask({
      role: 'judge',
      pairId: id,
      target: { model: `${provider}/${model}` },
      messages,
      maxTokens: replyTokens,
    })
    const costUsd = costOf(reply, expected)
    settle(costUsd)
    if (reply.kind === 'failed') return { kind: 'failed', reason: reply.reason } as const
    const value = read(reply.text)
    return value === null
      ? ({ kind: 'unreadable', costUsd } as const)
      : ({ kind: 'judged', value, costUsd } as const)
  }
  return {
    version,
    score: ({ id, prompt, answer }) => call(id, rubricMessages(rubric, prompt, answer), readScore),
    async compare({ id, prompt, answers }) {
      const [a, b] = answers
      const lengths = [a.length, b.length] as const
      if (levenshteinSimilarity(a, b) >= alike)
        return {
          kind: 'judged',
          value: { scorerVersion: version, verdict: 'tie', position: 'tie', lengths },
          costUsd: 0,
        }
      const first = await call(id, pairMessages(rubric, prompt, [a, b]), readBetter)
      if (first.kind !== 'judged') return first
      const second = await call(id, pairMessages(rubric, prompt, [b, a]), readBetter)
      if (second.kind !== 'judged') return second
      const verdict = sideOf(first.value, ['a', 'b'])
      const swapped = sideOf(second.value, ['b', 'a'])
      const value = { scorerVersion: version, verdict, swapped, position: first.value, lengths }
      return { kind: 'judged', value, costUsd: first.costUsd + second.costUsd }
    },
  }
}

function costOf(reply: ModelReply, expected: number): number {
  if (reply.kind === 'failed') return 0
  return reply.costUsd ?? expected
}

function sideOf(better: 'first' | 'second' | 'tie', order: readonly [Side, Side]): Side {
  if (better === 'tie') return 'tie'
  return better === 'first' ? order[0] : order[1]
}

/** A verdict that does not survive the other order is none: a tie. */
export function pairScore({ verdict, swapped }: Pick<JudgedPair, 'verdict' | 'swapped'>): number {
  return swapped === undefined || swapped === verdict ? scoreOf(verdict) : scoreOf('tie')
}
