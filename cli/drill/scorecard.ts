import { styleText } from 'node:util'
import { wrap } from '../wrap.ts'
import { type Counts, countsOf, type Line, type RouteCard, whyNothing } from './summary.ts'

export interface Frame {
  /** What was drilled, as a user calls it. */
  readonly source: string
  readonly tookMs: number
  readonly requests: number
  /** How many times faster the slowest route ran than it is configured. */
  readonly pace: number
  readonly shortestMs: number
  readonly isColoured: boolean
  readonly columns: number
}

/** For people: a block for each route, what to change below it, and one line for all. */
export function scorecard(cards: readonly RouteCard[], frame: Frame): string {
  const blocks = cards.map((card) => [...blockOf(card, frame), ''].join('\n'))
  return `${['', ...blocks, ...closing(cards, frame)].join('\n')}\n`
}

function blockOf(card: RouteCard, frame: Frame): string[] {
  const paint = painter(frame)
  const nameWidth = Math.max(...card.lines.map(({ scenario }) => scenario.name.length))
  const whatWidth = Math.max(...card.lines.map(({ scenario }) => scenario.what.length))
  // The reason must fit in beside it, or it is the more important one.
  const isWide = frame.columns >= nameWidth + whatWidth + 40
  const nothing = whyNothing(card)
  if (nothing.length > 0)
    return [
      `${paint('bold', card.route)}  ${paint('dim', 'nothing could be drilled')}`,
      ...nothing.map((reason) => wrap(`  ${paint('dim', '–')} ${reason}`, frame.columns, 4)),
    ]
  const rows = card.lines.map((line) => {
    const what = isWide ? `${line.scenario.what.padEnd(whatWidth)}  ` : ''
    const reason = line.where === '' ? line.reason : `${line.reason} (${line.where})`
    return `  ${signOf(line, paint)} ${line.scenario.name.padEnd(nameWidth)}  ${paint('dim', what)}${reason}`
  })
  const spoken = `${card.candidates.join(', ')} · ${card.dialects.join(', ')} · streamed and not`
  return [`${paint('bold', card.route)}  ${paint('dim', spoken)}`, ...rows, ...changes(card, paint)]
}

type Paint = (style: 'dim' | 'bold' | 'green' | 'yellow' | 'red', text: string) => string

function painter({ isColoured }: Frame): Paint {
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text)
}

function signOf({ ending }: Line, paint: Paint): string {
  switch (ending) {
    case 'answer':
    case 'expected_error':
      return paint('green', '✓')
    case 'error':
      return paint('yellow', '!')
    case 'failed':
      return paint('red', '✗')
    case 'skipped':
      return paint('dim', '–')
    default: {
      const unknown: never = ending
      return unknown
    }
  }
}

const namesMax = 4

function changes({ advice }: RouteCard, paint: Paint): string[] {
  if (advice.size === 0) return []
  const rows = [...advice].map(([text, scenarios]) => {
    const more = scenarios.length - namesMax
    const names = scenarios.slice(0, namesMax).join(', ') + (more > 0 ? ` and ${more} more` : '')
    return `  ${paint('yellow', '→')} ${text} ${paint('dim', `(${names})`)}`
  })
  return ['', ...rows]
}

function closing(cards: readonly RouteCard[], frame: Frame): string[] {
  const paint = painter(frame)
  const counts = countsOf(cards.flatMap(({ lines }) => lines))
  const size = `${cards.length} ${cards.length === 1 ? 'route' : 'routes'}, ${frame.requests} requests`
  return [
    `${paint('bold', verdictOf(counts))}  ${paint('dim', `${frame.source}: ${size} in ${(frame.tookMs / 1000).toFixed(1)} s`)}`,
    paint('dim', `Simulated providers answered; nothing left this machine.${paceText(frame)}`),
  ]
}

export function verdictOf({ answers, expected, errors, failed, skipped }: Counts): string {
  const parts = [
    `✓ ${answers + expected} as they should be`,
    ...(errors > 0 ? [`! ${errors} honest ${errors === 1 ? 'error' : 'errors'}`] : []),
    ...(failed > 0 ? [`✗ ${failed} failed`] : []),
    ...(skipped > 0 ? [`– ${skipped} not applicable`] : []),
  ]
  return parts.join(', ')
}

function paceText({ pace, shortestMs }: Frame): string {
  if (pace <= 1) return ''
  return ` Timeouts ran up to ${Math.round(pace)} times faster than configured, none under ${shortestMs} ms.`
}
