import { hrefOf, state } from './address.js'
import { ask } from './api.js'
import { button, copy, el, replace } from './dom.js'
import { format, moment, unknownText, utc, zone } from './format.js'

/** Everything about one request: what happened, why there, what it cost, who else was in the conversation. */
export function requestPage(id, facts) {
  const node = el(
    'article',
    { class: 'request', 'aria-busy': 'true' },
    el('p', { class: 'empty' }, 'Looking for it …'),
  )
  const leaving = new AbortController()
  ask(`api/request/${id}`, { signal: leaving.signal })
    .then((found) => {
      const session = el('div', {}, el('p', { class: 'empty' }, 'Looking for others …'))
      replace(node, contentOf(found, facts, session))
      showSession(found.explanation, session, leaving.signal)
    })
    .catch((error) => {
      if (error.name !== 'AbortError')
        replace(
          node,
          back(),
          el('h2', {}, 'Request ', el('code', {}, id)),
          el('p', { class: 'empty' }, error.message),
        )
    })
    .finally(() => node.removeAttribute('aria-busy'))
  return { node, destroy: () => leaving.abort() }
}

const back = () =>
  el('a', { class: 'back', href: hrefOf({ request: undefined }) }, '← Back to ', state().board)

/** The warehouse may be slow or away: the request itself does not wait for it. */
async function showSession(explanation, place, signal) {
  try {
    const isNamed = explanation.request.session !== ''
    const path = `api/request/${explanation.request_id}/session`
    const { neighbours } = isNamed ? await ask(path, { signal }) : { neighbours: [] }
    replace(place, neighboursOf(explanation, neighbours))
  } catch (error) {
    if (error.name !== 'AbortError') replace(place, el('p', { class: 'empty' }, error.message))
  }
}

function contentOf({ explanation, bills }, facts, session) {
  const { request, request_id: id, at } = explanation
  const seconds = Date.parse(at) / 1000
  return [
    back(),
    el(
      'header',
      { class: 'request-head' },
      el('h2', {}, 'Request ', el('code', {}, id)),
      el(
        'div',
        { class: 'actions' },
        button('Copy id', () => copy(id, 'Id')),
        button('Copy as curl', () => copy(curlOf(explanation, facts), 'Command')),
        button('Copy explanation', () => copy(JSON.stringify(explanation, null, 2), 'Explanation')),
      ),
    ),
    el(
      'div',
      { class: 'figures request-figures' },
      figure(
        'Outcome',
        el('span', { class: `status ${request.status}` }, request.status.replace('_', ' ')),
        [request.http_status || '', request.error_code || request.finish_reason].filter(Boolean).join(' '),
      ),
      figure('Cost', money(explanation.cost.cost_usd), savedText(explanation.cost)),
      figure(
        'Duration',
        format(request.duration_ms, 'ms'),
        request.first_token_ms === null
          ? 'not streamed to a first token'
          : `first token ${format(request.first_token_ms, 'ms')}`,
      ),
      figure(
        'Tokens',
        `${format(request.input_tokens, 'tokens')} → ${format(request.output_tokens, 'tokens')}`,
        `${request.usage_source || 'nobody'} counted`,
      ),
      figure('Sidelight', format(request.overhead_us, 'us'), 'before the provider was asked'),
      figure('At', moment(seconds), `${zone}; ${utc(seconds)}`),
    ),
    el(
      'div',
      { class: 'request-grid' },
      block('Attempts', waterfall(explanation), 'wide'),
      block('Why this model', whyOf(explanation), 'wide'),
      block('Tokens and cost', costOf(explanation, bills), 'wide'),
      block('Who asked', facts_(whoOf(explanation))),
      block('Cache and masks', facts_(guardedOf(explanation))),
      block('The same conversation', session, 'wide'),
    ),
  ]
}

const figure = (name, value, more) =>
  el(
    'div',
    { class: 'figure' },
    el('span', { class: 'note' }, name),
    el('b', {}, value),
    el('span', { class: 'note' }, more),
  )
const block = (title, content, more = '') =>
  el('section', { class: `panel ${more}` }, el('div', { class: 'panel-head' }, el('h3', {}, title)), content)

function money(text) {
  return text === null
    ? el('span', { class: 'unknown', title: unknownText('usd') }, 'no price')
    : format(Number(text), 'usd')
}

function savedText({ cost_usd, baseline, baseline_usd }) {
  if (baseline === null || baseline_usd === null) return ''
  if (cost_usd === null) return `baseline ${baseline}: ${format(Number(baseline_usd), 'usd')}`
  const saved = Number(baseline_usd) - Number(cost_usd)
  return saved >= 0
    ? `${format(saved, 'usd')} less than ${baseline}`
    : `${format(-saved, 'usd')} more than ${baseline}`
}

/** Calls on one scale of time: where the time went, and who was asked after whom. */
function waterfall({ attempts, request }) {
  if (attempts.length === 0)
    return el(
      'p',
      { class: 'empty' },
      request.status === 'ok'
        ? 'No provider was asked.'
        : 'No provider was asked: it was refused or answered here.',
    )
  const whole = Math.max(
    request.duration_ms,
    ...attempts.map(({ starts_ms, duration_ms }) => starts_ms + duration_ms),
    1,
  )
  const share = (ms) => `${(ms / whole) * 100}%`
  const rows = attempts.map((attempt) => {
    const isGood = attempt.outcome === 'answered'
    const first = attempt.first_token_ms
    return el(
      'li',
      {},
      el(
        'span',
        { class: 'name' },
        el('b', {}, `${attempt.attempt}. ${attempt.served_by}`),
        el('small', {}, [attempt.candidate, attempt.region, attempt.target].filter(Boolean).join(' · ')),
      ),
      el(
        'span',
        { class: 'track', 'aria-hidden': 'true' },
        el(
          'i',
          {
            class: `call ${isGood ? 'ok' : 'error'}`,
            style: { left: share(attempt.starts_ms), width: `max(3px, ${share(attempt.duration_ms)})` },
          },
          first !== null &&
            attempt.duration_ms > 0 &&
            el('em', { style: { left: `${(first / attempt.duration_ms) * 100}%` } }),
        ),
      ),
      el(
        'span',
        { class: 'said' },
        el('span', { class: `status ${isGood ? 'ok' : 'error'}` }, attempt.outcome.replaceAll('_', ' ')),
        el(
          'small',
          {},
          [
            attempt.http_status || 'no status',
            attempt.error_code,
            `after ${format(attempt.starts_ms, 'ms')}`,
            format(attempt.duration_ms, 'ms'),
            first === null ? '' : `first token ${format(first, 'ms')}`,
          ]
            .filter(Boolean)
            .join(' · '),
        ),
      ),
    )
  })
  return el(
    'div',
    {},
    el('ol', { class: 'waterfall' }, ...rows),
    el('p', { class: 'note scale' }, el('span', {}, '0 ms'), el('span', {}, format(whole, 'ms'))),
  )
}

function whyOf({ resolved, decision, candidates, policy, segment, features, notes, cache, request }) {
  const asked = `“${resolved.model_asked}” is ${resolved.how}${resolved.route && resolved.route !== resolved.model_asked ? ` (${resolved.route})` : ''}.`
  const drawn =
    decision.override !== ''
      ? `The candidate was pinned (${decision.override}); nothing was drawn.`
      : decision.assigned === ''
        ? ''
        : `${decision.strategy ?? 'The route'} chose ${decision.assigned} with probability ${format(decision.propensity, 'share')}${decision.sticky.kept ? ', kept from an earlier draw' : ''}.`
  const fell = decision.fallback_used ? `It failed over to ${decision.served}.` : ''
  const cached =
    cache.verdict !== 'off' && cache.verdict !== 'miss' ? `Answered from the cache (${cache.verdict}).` : ''
  const version =
    policy.version === 0
      ? 'Weights are those of the configuration.'
      : `Policy version ${policy.version}, role ${policy.role}.`
  const known = Object.entries(features).filter(([, value]) => value !== '')
  return el(
    'div',
    {},
    el('p', { class: 'sentence' }, [asked, cached, drawn, fell, version].filter(Boolean).join(' ')),
    candidates.length > 0 && candidateTable(candidates),
    el(
      'p',
      { class: 'note' },
      [
        segment && `segment ${segment}`,
        ...known.map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`),
        decision.unit_kind && `drawn by ${decision.unit_kind}`,
        decision.assigned &&
          decision.override === '' &&
          `draw ${decision.u.toFixed(4)} (${recomputedText(decision.recomputed)})`,
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    ...notes.map((note) => el('p', { class: 'note' }, note)),
    request.dropped_fields.length > 0 &&
      el(
        'p',
        { class: 'note' },
        `Fields that the provider could not be told: ${request.dropped_fields.join(', ')}`,
      ),
  )
}

function recomputedText({ u, winner }) {
  if (u === 'not_drawn') return 'not drawn'
  return u === 'same' && winner === 'same'
    ? 'the same when computed again'
    : `computed again: ${u}, ${winner}`
}

function candidateTable(candidates) {
  const head = ['Candidate', 'Served by', 'State', 'Probability', 'Expected cost', 'First token', 'Reason']
  const numbers = new Set([3, 4, 5])
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Candidates, table' },
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...head.map((name, at) =>
            el('th', { scope: 'col', class: numbers.has(at) ? 'number' : undefined }, name),
          ),
        ),
      ),
      el(
        'tbody',
        {},
        ...candidates.map((one) =>
          el(
            'tr',
            {},
            ...[
              el('b', {}, one.id),
              one.served_by ?? '–',
              el('span', { class: `status ${one.state}` }, one.state),
              one.probability === null ? '–' : format(one.probability, 'share'),
              one.expected_cost_usd === null ? '–' : format(one.expected_cost_usd, 'usd'),
              one.first_token_ms === null ? '–' : format(one.first_token_ms, 'ms'),
              [one.reason, one.note].filter(Boolean).join(': '),
            ].map((value, at) => el('td', { class: numbers.has(at) ? 'number' : undefined }, value)),
          ),
        ),
      ),
    ),
  )
}

/** The bill by class, at the row of the price list that was used. */
function costOf({ attempts, cost }, bills) {
  if (attempts.length === 0) return el('p', { class: 'empty' }, 'No call, no cost.')
  return el(
    'div',
    {},
    ...attempts.map((attempt) =>
      billOf(
        attempt,
        bills.find((bill) => bill.attempt === attempt.attempt),
      ),
    ),
    attempts.length > 1 &&
      el('p', { class: 'total' }, 'All calls together ', el('b', {}, money(cost.cost_usd))),
  )
}

function billOf(attempt, bill) {
  const { price } = attempt
  const row =
    price === null
      ? undefined
      : [
          `price of ${price.model}`,
          price.valid_from === '1970-01-01' ? 'undated' : `valid from ${price.valid_from}`,
          price.option,
          price.zone && `zone ${price.zone}`,
          attempt.service_tier && `tier ${attempt.service_tier}`,
          bill?.above && `for more than ${format(bill.above, 'tokens')} tokens`,
          price.assumed && 'assumed',
        ]
          .filter(Boolean)
          .join(' · ')
  const why =
    attempt.cost_usd === null
      ? 'No price is known: the cost is unknown, not zero.'
      : price === null
        ? 'Simulated, free or refused before any content: nothing to pay.'
        : row
  const classes =
    bill?.parts ?? Object.entries(attempt.usage).map(([name, count]) => ({ class: name, count }))
  const head = ['Class', 'Count', 'Rate', 'Amount']
  return el(
    'div',
    { class: 'bill' },
    el('p', { class: 'note' }, el('b', {}, `${attempt.attempt}. ${attempt.served_by}`), ' ', why),
    classes.length > 0 &&
      el(
        'div',
        {
          class: 'scroll',
          tabindex: '0',
          role: 'region',
          'aria-label': `Bill of call ${attempt.attempt}, table`,
        },
        el(
          'table',
          {},
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              ...head.map((name, at) =>
                el('th', { scope: 'col', class: at > 0 ? 'number' : undefined }, name),
              ),
            ),
          ),
          el(
            'tbody',
            {},
            ...classes.map((part) =>
              el(
                'tr',
                {},
                el('td', {}, part.class.replaceAll('_', ' ')),
                el('td', { class: 'number' }, format(part.count, 'count')),
                el(
                  'td',
                  { class: 'number' },
                  part.rate === undefined
                    ? '–'
                    : `${format(Number(part.rate), 'usd')} per ${per(part.per)}${part.factor === '1' ? '' : ` × ${part.factor}`}`,
                ),
                el('td', { class: 'number' }, part.usd === undefined ? '–' : format(Number(part.usd), 'usd')),
              ),
            ),
            el(
              'tr',
              { class: 'sum' },
              el('td', { colspan: '3' }, 'Recorded cost'),
              el('td', { class: 'number' }, money(attempt.cost_usd)),
            ),
          ),
        ),
      ),
    bill?.differs &&
      el(
        'p',
        { class: 'note' },
        `At today's price list it would be ${format(Number(bill.total_usd), 'usd')}; what was recorded counts.`,
      ),
  )
}

const per = (count) => (count === 1_000_000 ? '1M' : count === 1000 ? '1k' : format(count, 'count'))

function whoOf({ request, request_id }) {
  const {
    app,
    team,
    env,
    key,
    customer,
    tier,
    feature,
    session,
    prompt,
    tags,
    dialect,
    endpoint,
    streamed,
    trace_id,
  } = request
  const link = (name, value) =>
    value === '' ? '' : el('a', { href: hrefOf({ request: undefined, chosen: { [name]: [value] } }) }, value)
  return {
    App: link('app', app),
    Customer: link('customer', customer),
    Feature: link('feature', feature),
    Team: link('team', team),
    Environment: link('env', env),
    Key: key,
    Tier: tier,
    Session: session,
    Prompt: prompt,
    Tags: Object.entries(tags)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    Spoke: `${dialect} ${endpoint}${streamed ? ', streamed' : ''}`,
    Trace: trace_id,
    Id: request_id,
  }
}

function guardedOf({ cache, masks, recovery }) {
  const kinds = Object.entries(masks.counts).map(([kind, count]) => `${kind} × ${count}`)
  return {
    Cache: cache.verdict === 'off' ? 'off for this request' : cache.verdict,
    'Cache score': cache.score === null ? '' : format(cache.score, 'score'),
    'Cache guard': cache.guard,
    Masks: kinds.length > 0 ? kinds.join(', ') : 'nothing was masked',
    'Mask action': masks.action === 'none' ? '' : masks.action,
    Guard: masks.guard,
    Recovery:
      recovery === null
        ? ''
        : `${recovery.mode} after ${format(recovery.stitched_at_chars, 'count')} characters`,
  }
}

/** Named facts_ because the facts of the installation are called so too. */
function facts_(all) {
  const known = Object.entries(all).filter(
    ([, value]) => value !== '' && value !== null && value !== undefined,
  )
  return el('dl', {}, ...known.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]))
}

function neighboursOf({ request, request_id: own }, neighbours) {
  if (request.session === '') return el('p', { class: 'empty' }, 'It named no session (x-sidelight-session).')
  if (neighbours === null) return el('p', { class: 'empty' }, 'The warehouse does not answer.')
  if (neighbours.length === 0)
    return el('p', { class: 'empty' }, 'Not in the warehouse yet; it takes a second.')
  const head = ['Time', 'Model', 'Outcome', 'Cache', 'Tokens in', 'Tokens out', 'Cost', 'Duration']
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'The same conversation, table' },
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...head.map((name, at) => el('th', { scope: 'col', class: at > 3 ? 'number' : undefined }, name)),
        ),
      ),
      el(
        'tbody',
        {},
        ...neighbours.map((one) =>
          el(
            'tr',
            {
              class: one.id === own ? 'own' : undefined,
              'aria-current': one.id === own ? 'true' : undefined,
            },
            el(
              'td',
              {},
              one.id === own
                ? moment(one.at_ms / 1000)
                : el('a', { href: hrefOf({ request: one.id }) }, moment(one.at_ms / 1000)),
            ),
            el('td', {}, one.model),
            el('td', {}, el('span', { class: `status ${one.status}` }, one.status.replace('_', ' '))),
            el('td', {}, one.cache),
            ...[
              ['input_tokens', 'tokens'],
              ['output_tokens', 'tokens'],
              ['cost', 'usd'],
              ['duration_ms', 'ms'],
            ].map(([name, unit]) =>
              el('td', { class: one[name] === null ? 'number unknown' : 'number' }, format(one[name], unit)),
            ),
          ),
        ),
      ),
    ),
  )
}

/** The same request again; its text is nowhere, so that is left to whoever sends it. */
function curlOf({ request, resolved, policy: _ }, facts) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`
  const headers = {
    'content-type': 'application/json',
    ...(facts.needsKey ? { authorization: 'Bearer $SIDELIGHT_KEY' } : {}),
    'x-sidelight-customer': request.customer,
    'x-sidelight-feature': request.feature,
    'x-sidelight-session': request.session,
    'x-sidelight-prompt': request.prompt,
    'x-sidelight-tags': Object.entries(request.tags)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
    'x-sidelight-tier': request.tier,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === ''
      ? []
      : [`  -H ${name === 'authorization' ? `"${name}: ${value}"` : quote(`${name}: ${value}`)}`],
  )
  const body = JSON.stringify({
    model: resolved.model_asked,
    ...(request.streamed ? { stream: true } : {}),
    messages: [{ role: 'user', content: 'YOUR TEXT' }],
  })
  return [`curl ${dataOrigin(facts)}/v1/chat/completions`, ...lines, `  -d ${quote(body)}`].join(' \\\n')
}

/** One listens on every address, and is reached by the name that the page was reached by. */
export function dataOrigin({ data }) {
  const isEverywhere = data.host === '0.0.0.0' || data.host === '::'
  const host = isEverywhere ? location.hostname : data.host.includes(':') ? `[${data.host}]` : data.host
  return `http://${host}:${data.port}`
}
