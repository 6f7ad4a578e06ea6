import type { Candidate, Route } from '../../sidecar/routing/route.ts'
import type { Evidence } from './judge.ts'

/** What in the configuration would have helped; undefined where nothing would, or nothing has to. */
export function adviceOn(evidence: Evidence): string | undefined {
  const { reading, shot } = evidence
  if (reading.errorCode === undefined) return patience(evidence)
  const { route, assigned } = evidence
  const others = route.candidates.filter(({ id }) => id !== assigned)
  const own = route.candidates.find(({ id }) => id === assigned)
  if (own === undefined) return undefined
  return (
    nobody(route, own, others) ??
    (shot.scenario.ends === 'larger_window' ? window(own) : undefined) ??
    sameProvider(evidence, own, others) ??
    (shot.scenario.begins === 'midway' && shot.streamed ? midway(route) : undefined) ??
    (shot.scenario.name === 'silent-start' && shot.streamed ? endless(route) : undefined) ??
    leftOut(evidence)
  )
}

/** It answered by itself, however long that took. */
function patience({ shot, record, assigned, route }: Evidence): string | undefined {
  const isSlow = shot.scenario.name === 'slow-start' && shot.streamed
  if (!isSlow || record?.request.candidate_served !== assigned) return undefined
  if (route.candidates.length === 1 || Number.isFinite(route.timeouts.firstTokenMs)) return undefined
  return 'callers wait for a slow provider as long as it likes: set `timeouts.firstToken`, such as 2s'
}

function nobody(route: Route, own: Candidate, others: readonly Candidate[]): string | undefined {
  if (others.length === 0)
    return `${own.id} is the only candidate: add a second one, best at another provider`
  if (route.fallback !== undefined && !others.some((other) => route.fallback?.includes(other)))
    return '`fallback` names nobody else: leave it out, or name the other candidates'
  if (route.retriesMax === 0) return '`retries.max` is 0, so nobody else is asked: set 1 or more'
  return undefined
}

function window(own: Candidate): string {
  return `no other candidate is known to have a larger context than ${own.id}: add one, or state its \`contextWindow\``
}

const ofProvider = new Set(['refused', 'unknown-host', 'bad-key', 'spend-limit'])

function sameProvider({ shot }: Evidence, own: Candidate, others: readonly Candidate[]): string | undefined {
  const { name } = own.provider
  if (!ofProvider.has(shot.scenario.name) || others.some(({ provider }) => provider.name !== name))
    return undefined
  return `all candidates are of ${name}: add one of another provider`
}

function midway({ recovery }: Route): string | undefined {
  return recovery.midStream === 'error'
    ? '`recovery.midStream` is error: with stitch the next candidate goes on'
    : undefined
}

function endless({ timeouts }: Route): string | undefined {
  return Number.isFinite(timeouts.firstTokenMs)
    ? undefined
    : 'a stream that begins and says nothing is waited for: set `timeouts.firstToken`, such as 5s'
}

/** Others are there, but were not to be asked. */
function leftOut({ record, shot }: Evidence): string | undefined {
  const reasons = Object.entries(record?.request.excluded ?? {}).filter(
    ([, reason]) => !temporary.has(reason),
  )
  if (reasons.length > 0) {
    const list = reasons.map(([id, reason]) => `${id} (${words[reason] ?? reason})`)
    return `left out: ${list.slice(0, 3).join(', ')}`
  }
  return shot.scenario.begins === 'midway'
    ? '`recovery.holdBack` keeps more of an answer replaceable'
    : undefined
}

const temporary = new Set(['circuit_open', 'cooling_down', 'auth_failed', 'quota_exhausted'])

const words: Readonly<Record<string, string>> = {
  rule: 'a rule of the route',
  region: 'its region is not allowed',
  region_unknown: 'its provider states no region',
  retention: 'its provider is not marked `zeroRetention`',
  endpoint_unsupported: 'it lacks the endpoint',
  no_price: 'it has no price',
}
