import { PRIMARY } from '../../contract/fragments.ts'
import { columns, looks } from './columns.ts'
import { series, table } from './drafts.ts'
import { board } from './panel.ts'
import { requestFilters, requestsIn } from './scope.ts'

const filters = requestFilters

const kinds = series({
  id: 'privacy-kinds',
  by: 'kind',
  title: 'Masked by kind',
  description: 'Pieces of personal data found in prompts, by kind. Values are never recorded.',
  answers: ['What was masked?'],
  viz: 'bars',
  unit: 'count',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) => `SELECT time, pair.1 AS kind, sum(pair.2) AS entities FROM (
  SELECT ${d.bucket('ts')} AS time, arrayJoin(arrayZip(arrayMap(k -> toString(k), mapKeys(pii_counts)), mapValues(pii_counts))) AS pair
  ${requestsIn(d)} AND ${PRIMARY})
GROUP BY time, kind ORDER BY time, kind`,
})

const apps = table({
  id: 'privacy-apps',
  title: 'By app',
  description: 'Requests with personal data, and what was done.',
  answers: ['What was masked?', 'What was blocked?'],
  filters,
  columns: columns(['app', 'n'], {
    with_data: { label: 'With personal data', unit: 'count' },
    data_share: { label: 'Share', unit: 'share' },
    blocked: { label: 'Blocked', unit: 'count' },
    entities: { label: 'Pieces', unit: 'count' },
  }),
  sql: (
    d,
  ) => `SELECT app, count() AS n, countIf(length(mapKeys(pii_counts)) > 0) AS with_data, with_data / n AS data_share,
  countIf(status = 'blocked') AS blocked, sum(arraySum(mapValues(pii_counts))) AS entities, countIf(unscanned_parts > 0) AS with_unscanned
${requestsIn(d)} AND ${PRIMARY} GROUP BY app ORDER BY with_data DESC, app LIMIT 50`,
})

const blocked = table({
  id: 'privacy-blocked',
  title: 'Blocked requests',
  description: 'The last 200, and the rule that blocked them.',
  answers: ['What was blocked?', 'Which requests are behind a number?'],
  filters,
  columns: columns(['ts', 'app', 'customer', 'route'], {
    request: looks.request_id,
    verdict: { label: 'Guard' },
    kinds: { label: 'Kinds' },
  }),
  sql: (
    d,
  ) => `SELECT ts, toString(request_id) AS request, app, customer, feature, route, pii_action AS masking, guard_verdict AS verdict, error_code,
  arrayStringConcat(arraySort(arrayMap(k -> toString(k), mapKeys(pii_counts))), ', ') AS kinds
${requestsIn(d)} AND ${PRIMARY} AND status = 'blocked' ORDER BY ts DESC, request_id LIMIT 200`,
})

const audit = table({
  id: 'privacy-audit',
  title: 'Audit log',
  description: 'Who changed what. Customers and persons stand here as a salted hash.',
  answers: ['Who changed a policy?'],
  filters: [],
  columns: columns(['ts'], {
    actor: { label: 'Who' },
    action: { label: 'What' },
    subject: { label: 'To what' },
  }),
  sql: (d) => `SELECT ts, actor, action, subject, toJSONString(CAST(details, 'Map(String, String)')) AS facts
FROM sidelight.audit_log WHERE ${d.range('ts')} ORDER BY ts DESC, actor, action, subject LIMIT 200`,
})

export const privacy = board(
  {
    uid: 'sidelight-privacy',
    title: 'Privacy and governance',
    question: 'What was masked or blocked, where, and who changed policy?',
  },
  { 'What was masked or blocked, and where?': [kinds, apps], Details: [blocked, audit] },
)
