import * as v from 'valibot'
import { duration } from '../../contract/config/units.ts'
import { UsageError } from '../failure.ts'

export interface DemoOptions {
  readonly seed: string
  readonly historyMs: number
  readonly requests: number
  /** Of the trickle. */
  readonly perMinute: number
}

/** For `parseArgs`. */
export const demoFlags = {
  seed: { type: 'string', default: '1' },
  history: { type: 'string', default: '90m' },
  requests: { type: 'string', default: '3000' },
  rate: { type: 'string', default: '1' },
} as const

const historyMsMax = 7 * 86_400_000
const requestsMax = 50_000
const rateMax = 50

export function demoOptions(values: Readonly<Record<keyof typeof demoFlags, string>>): DemoOptions {
  const history = v.safeParse(duration, values.history)
  if (!history.success || history.output > historyMsMax)
    throw new UsageError('--history is a duration such as 90m, at most 7d')
  return {
    seed: values.seed.slice(0, 40),
    historyMs: history.output,
    requests: number(values.requests, 'requests', requestsMax),
    perMinute: number(values.rate, 'rate', rateMax) * 60,
  }
}

function number(text: string, name: string, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= most))
    throw new UsageError(`--${name} is a number from 0 to ${most}`)
  return value
}
