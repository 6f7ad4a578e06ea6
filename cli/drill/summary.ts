import type { Scenario } from '../../sidecar/providers/simulated/scenarios.ts'
import type { EndingOf } from './judge.ts'
import type { ShotResult } from './shot.ts'

/** One scenario on one route: what its worst request came to. */
export interface Line {
  readonly scenario: Scenario
  readonly ending: EndingOf
  readonly reason: string
  /** Requests the reason is about, where it is not about all of them: `chat, streamed`. */
  readonly where: string
  readonly advice: readonly string[]
  readonly slowestMs: number
  readonly shots: readonly ShotResult[]
}

export interface RouteCard {
  readonly route: string
  readonly lines: readonly Line[]
  readonly candidates: readonly string[]
  readonly dialects: readonly string[]
  /** What to change, and which scenarios it is for. */
  readonly advice: ReadonlyMap<string, readonly string[]>
}

export type Mark = 'pass' | 'fail' | 'n.a.'

export function markOf(ending: EndingOf): Mark {
  if (ending === 'failed') return 'fail'
  return ending === 'skipped' ? 'n.a.' : 'pass'
}

/** In the order of the configuration, whatever was ready first. */
export function cardsOf(
  results: readonly ShotResult[],
  order: { readonly routes: readonly string[]; readonly scenarios: readonly Scenario[] },
): readonly RouteCard[] {
  return order.routes.map((route) => {
    const own = results.filter((shot) => shot.route === route)
    const lines = order.scenarios.map((scenario) =>
      lineOf(
        scenario,
        own.filter((shot) => shot.scenario === scenario),
      ),
    )
    const dialects = [...new Set(own.map(({ dialect }) => dialect))].toSorted()
    const candidates = own.find((shot) => shot.candidates.length > 0)?.candidates ?? []
    return { route, lines, candidates, dialects, advice: adviceOf(lines) }
  })
}

function adviceOf(lines: readonly Line[]): ReadonlyMap<string, readonly string[]> {
  const advice = new Map<string, string[]>()
  for (const { scenario, advice: given } of lines)
    for (const text of given) advice.set(text, [...(advice.get(text) ?? []), scenario.name])
  return advice
}

const worstFirst: readonly EndingOf[] = ['failed', 'error', 'skipped', 'answer', 'expected_error']

function lineOf(scenario: Scenario, shots: readonly ShotResult[]): Line {
  const rank = ({ ending }: ShotResult) => worstFirst.indexOf(ending)
  const worst = shots.toSorted((a, b) => rank(a) - rank(b))[0] as ShotResult
  const { ending } = worst
  const about = shots.filter((shot) => shot.ending === ending)
  return {
    scenario,
    ending,
    reason: reasonOf(about),
    where: about.length === shots.length ? '' : whereOf(about, shots),
    advice: [...new Set(shots.flatMap(({ advice }) => advice ?? []))],
    slowestMs: Math.max(...shots.map(({ tookMs }) => tookMs)),
    shots,
  }
}

const reasonsMax = 2
const saw = 'callers saw '
/** What somebody did in place of somebody else. */
const deeds = [' answered', ' went on', ' began anew']

/** The commonest first. Whoever did it, and whatever callers saw, is one reason. */
function reasonOf(shots: readonly ShotResult[]): string {
  const deedOf = (reason: string) => deeds.find((deed) => reason.endsWith(deed)) ?? reason
  const groups = Map.groupBy(shots, ({ reason }) => deedOf(reason))
  const counts = [...groups].toSorted(([, a], [, b]) => b.length - a.length)
  const shown = counts
    .slice(0, reasonsMax)
    .map(([key, of]) => (deeds.includes(key) ? `${doers(of, key)}${key}` : key))
    .map((reason, index) => (index > 0 && reason.startsWith(saw) ? `or ${reason.slice(saw.length)}` : reason))
  return [...shown, ...(counts.length > reasonsMax ? ['…'] : [])].join(', ')
}

const namesMax = 3

function doers(shots: readonly ShotResult[], deed: string): string {
  const names = [...new Set(shots.map(({ reason }) => reason.slice(0, -deed.length)))].toSorted()
  return names.length > namesMax ? `${names.length} candidates` : names.join(' or ')
}

function whereOf(about: readonly ShotResult[], all: readonly ShotResult[]): string {
  const dialects = new Set(about.map(({ dialect }) => dialect))
  const modes = new Set(about.map(({ streamed }) => streamed))
  const hasAll = dialects.size === new Set(all.map(({ dialect }) => dialect)).size
  const mode = modes.size === 2 ? '' : about[0]?.streamed === true ? 'streamed' : 'not streamed'
  return [hasAll ? '' : [...dialects].join(', '), mode].filter((text) => text !== '').join('; ')
}

/** Its reasons when no request at all could be sent into trouble. */
export function whyNothing({ lines }: Pick<RouteCard, 'lines'>): readonly string[] {
  const shots = lines.flatMap((line) => line.shots)
  if (shots.some(({ ending }) => ending !== 'skipped')) return []
  return [...new Set(shots.map(({ reason }) => reason))]
}

/** What nobody can live with is the only failure: an honest error is an answer of a kind. */
export function exitCodeOf(cards: readonly RouteCard[]): 0 | 1 | 2 {
  if (cards.every((card) => whyNothing(card).length > 0)) return 2
  return cards.some(({ lines }) => countsOf(lines).failed > 0) ? 1 : 0
}

/** Those that are as they should be (answers and expected), errors, and so on: each has a mark of its own. */
export interface Counts {
  readonly answers: number
  /** Errors that were to come. */
  readonly expected: number
  readonly errors: number
  readonly failed: number
  readonly skipped: number
}

export function countsOf(lines: readonly Line[]): Counts {
  const count = (...endings: readonly EndingOf[]) =>
    lines.filter(({ ending }) => endings.includes(ending)).length
  return {
    answers: count('answer'),
    expected: count('expected_error'),
    errors: count('error'),
    failed: count('failed'),
    skipped: count('skipped'),
  }
}
