import { shortestMs } from './pace.ts'
import type { Frame } from './scorecard.ts'
import { countsOf, type Line, markOf, type RouteCard } from './summary.ts'

/** For programs: the same, with each request. */
export function report(cards: readonly RouteCard[], frame: Frame, recorded: string) {
  return {
    config: frame.source,
    took_ms: Math.round(frame.tookMs),
    requests: frame.requests,
    timeouts: { times_faster: Number(frame.pace.toFixed(2)), shortest_ms: shortestMs },
    recorded,
    summary: countsOf(cards.flatMap(({ lines }) => lines)),
    routes: cards.map((card) => ({
      route: card.route,
      candidates: card.candidates,
      dialects: card.dialects,
      summary: countsOf(card.lines),
      scenarios: card.lines.map(scenarioOf),
    })),
  }
}

function scenarioOf(line: Line) {
  return {
    scenario: line.scenario.name,
    what: line.scenario.what,
    verdict: markOf(line.ending),
    ending: line.ending,
    reason: line.reason,
    ...(line.where === '' ? {} : { where: line.where }),
    advice: line.advice,
    requests: line.shots.map((shot) => ({
      dialect: shot.dialect,
      streamed: shot.streamed,
      verdict: markOf(shot.ending),
      ending: shot.ending,
      reason: shot.reason,
      status: shot.status,
      ...(shot.code === undefined ? {} : { code: shot.code }),
      attempts: shot.attempts,
      took_ms: Math.round(shot.tookMs),
    })),
  }
}
