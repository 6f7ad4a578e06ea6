import type { ExplainedAttempt, ExplainedCandidate, Explanation } from './explanation.ts'

/** More candidates than this are counted, not shown: it stays one screen. */
const candidatesMax = 16
const attemptsMax = 8
/** What the second and later lines of a section are indented by. */
export const titleWidth = 11

/** One screen for people. */
export function explanationText(explanation: Explanation): string {
  const sections = [
    headLine(explanation),
    section('Caller', callerText(explanation)),
    section('Model', `${quoted(explanation.resolved.model_asked)}: ${explanation.resolved.how}`),
    section('Features', featuresText(explanation)),
    section('Route', routeText(explanation)),
    section('Policy', policyText(explanation)),
    ...candidateLines(explanation),
    section('Draw', drawText(explanation)),
    section('Kept', keptText(explanation)),
    ...attemptLines(explanation),
    section('Recovery', recoveryText(explanation)),
    section('Cost', costText(explanation)),
    ...explanation.notes.map((note) => section('Note', note)),
  ]
  return sections
    .filter((line) => line !== '')
    .map(printable)
    .join('\n')
}

function section(title: string, text: string): string {
  return text === '' ? '' : `${title.padEnd(titleWidth)}${text}`
}

function headLine({ request_id, at, request, source }: Explanation): string {
  const { status, http_status, error_code, duration_ms, first_token_ms, streamed } = request
  const first = first_token_ms === null || !streamed ? '' : `, first token ${ms(first_token_ms)}`
  const error = error_code === '' ? '' : ` (${error_code})`
  const from = source === 'memory' ? '' : ', from the warehouse'
  return `Request ${request_id} of ${at}: ${status} ${http_status}${error} in ${ms(duration_ms)}${first}${from}`
}

function callerText({ request }: Explanation): string {
  const { app, team, env, key, customer, tier, feature, session, dialect, endpoint, streamed } = request
  const named = { app, team, env, key, customer, tier, feature, session }
  const known = Object.entries(named).flatMap(([name, value]) => (value === '' ? [] : [`${name} ${value}`]))
  return [...known, `${dialect} ${endpoint}${streamed ? ', streamed' : ''}`].join(', ')
}

function featuresText({ features, segment }: Explanation): string {
  const known = Object.entries(features)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${typeof value === 'number' ? number(value) : value}`)
  return [...known, `segment ${segment === '' ? '(none)' : quoted(segment)}`].join(', ')
}

function routeText({ resolved, decision, cache }: Explanation): string {
  const strategy = decision.strategy === null ? '' : `, strategy ${decision.strategy}`
  const score = cache.score === null ? '' : ` (${cache.score})`
  return `${resolved.route === '' ? 'none' : resolved.route}${strategy}, cache ${cache.verdict}${score}`
}

function policyText({ policy, decision }: Explanation): string {
  if (decision.recomputed.winner === 'not_drawn') return ''
  if (policy.version === 0) return 'none: the weights of the configuration'
  const { evidence } = policy
  const rests =
    evidence === null
      ? ''
      : `; rests on ${number(evidence.n)} scores: quality ${number(evidence.quality)} (at least ${number(evidence.lower)}), cost ${number(evidence.cost)} of the baseline's`
  return `version ${policy.version}, ${policy.role}, id ${policy.id.slice(0, 12)}${rests}`
}

function candidateLines({ candidates }: Explanation): string[] {
  const width = Math.min(24, Math.max(0, ...candidates.map(({ id }) => id.length)))
  const lines = candidates.slice(0, candidatesMax).map((one, index) => {
    const name = one.served_by === null || one.served_by === one.id ? '' : `  ${one.served_by}`
    return section(
      index === 0 ? 'Candidates' : '',
      `${one.id.padEnd(width)}  ${stateText(one)}${name}${figuresText(one)}`,
    )
  })
  const left = candidates.length - candidatesMax
  return left > 0 ? [...lines, section('', `… and ${left} more (--json)`)] : lines
}

function stateText({ state, probability, reason, note }: ExplainedCandidate): string {
  if (state === 'excluded' || reason !== '') {
    const why = note === null ? reason : `${reason}: ${note}`
    return state === 'excluded' ? `excluded  ${why}` : `${state} (${why})`
  }
  return `${state.padEnd(8)}  p = ${number(probability ?? 0)}`
}

function figuresText(one: ExplainedCandidate): string {
  const { expected_cost_usd: cost, first_token_ms: first, tokens_per_second: speed, quality } = one
  const figures = [
    cost === null ? '' : `expected $${money(String(cost))}`,
    first === null ? '' : `first token ${ms(first)}`,
    speed === null ? '' : `${number(speed)} tokens/s`,
    quality === null
      ? ''
      : `quality ${number(quality.lower)} to ${number(quality.upper)} (n ${number(quality.n)})`,
  ].filter((text) => text !== '')
  return figures.length === 0 ? '' : `  ${figures.join(', ')}`
}

function drawText({ decision }: Explanation): string {
  const { recomputed, override, u, n, unit_kind, unit_hash, salt, assigned } = decision
  if (recomputed.winner === 'not_drawn')
    return override === '' ? 'none' : `none: ${override.replaceAll('_', ' ')} pinned ${assigned}`
  const part = recomputed.falls_into
  const where =
    part === null
      ? 'falls into nothing'
      : `falls into ${part.candidate}${part.is_holdout ? "'s holdout" : ''} [${number(part.from)}, ${number(part.to)})`
  const check = recomputed.winner === 'same' ? 'as recorded' : `RECORDED ${assigned}`
  const ofU = {
    same: 'u recomputed',
    differs: 'U DIFFERS',
    unknown: 'u of an earlier request',
    not_drawn: '',
  }
  return `u = ${number(u)} ${where}: ${check}, ${ofU[recomputed.u]} (unit ${unit_kind} ${unit_hash.slice(0, 12)}, n ${n}, salt ${salt})`
}

function keptText({ decision }: Explanation): string {
  const { sticky, override } = decision
  const kept = sticky.kept
    ? `the candidate of an earlier request of this unit, drawn under version ${sticky.version}`
    : ''
  const escalated = override === 'escalation' ? 'escalated: the user had to ask again' : ''
  return [kept, escalated].filter((text) => text !== '').join('; ')
}

function attemptLines({ attempts, request }: Explanation): string[] {
  const lines = attempts
    .slice(0, attemptsMax)
    .map((one, index) =>
      section(index === 0 ? 'Attempts' : '', `${one.attempt}  ${attemptText(one, request.streamed)}`),
    )
  const left = attempts.length - attemptsMax
  return left > 0 ? [...lines, section('', `… and ${left} more (--json)`)] : lines
}

function attemptText(one: ExplainedAttempt, isStream: boolean): string {
  const error = one.error_code === '' ? '' : ` ${one.error_code}`
  const status = one.http_status === 0 ? '' : ` ${one.http_status}`
  // Most providers have one target, and it has no name of its own.
  const target = one.target === 'default' ? '' : (one.target ?? '')
  const place = [target, one.region].filter((text) => text !== '').join(', ')
  const at = place === '' ? '' : ` (${place})`
  const wait = one.wait_ms === 0 ? '' : `after ${ms(one.wait_ms)}, `
  const first = one.first_token_ms === null || !isStream ? '' : ` (first token ${ms(one.first_token_ms)})`
  const about = one.usage_source === 'estimated' ? 'about ' : ''
  const tokens = `${about}${number(one.input_tokens)} in, ${number(one.output_tokens)} out`
  return `${one.candidate}${at}  ${one.outcome}${status}${error}  ${wait}${ms(one.duration_ms)}${first}  ${tokens}  ${priceText(one)}`
}

function priceText({ cost_usd, price }: ExplainedAttempt): string {
  const cost = cost_usd === null ? 'price unknown' : `$${money(cost_usd)}`
  if (price === null) return cost
  const dated = price.valid_from === '1970-01-01' ? '' : ` since ${price.valid_from}`
  return `${cost} at the price of ${price.model}${dated}${price.assumed ? ', assumed' : ''}`
}

function recoveryText({ recovery }: Explanation): string {
  if (recovery === null) return ''
  const chars = `after ${number(recovery.stitched_at_chars)} characters`
  switch (recovery.mode) {
    case 'stitch':
      return `stitch: another candidate went on ${chars}`
    case 'restart':
      return `restart: another candidate began again ${chars}`
    case 'hold_back':
      return 'hold_back: another candidate answered before the caller had any of it'
    default:
      return `${recovery.mode}: the answer broke off${recovery.stitched_at_chars === 0 ? '' : ` ${chars}`}`
  }
}

function costText({ cost }: Explanation): string {
  const own = cost.cost_usd === null ? 'unknown' : `$${money(cost.cost_usd)}`
  if (cost.baseline_usd === null) return own
  return `${own}; the baseline${cost.baseline === null ? '' : ` ${cost.baseline}`} would have cost $${money(cost.baseline_usd)}`
}

/** `0.000340000000` is what is stored; the zeros at the end say nothing. */
function money(text: string): string {
  // More places than are stored are the dust of a double.
  const plain = /e|\.\d{13}/.test(text) ? Number(text).toFixed(12) : text
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
}

function ms(value: number): string {
  return value < 10_000 ? `${Math.round(value * 10) / 10} ms` : `${number(Math.round(value / 100) / 10)} s`
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

/** Labels are what callers sent: none of them may end a line or speak to the terminal. */
function printable(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
