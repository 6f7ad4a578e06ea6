import type { ClickHouseClient } from '@clickhouse/client'
import type { RoutingPolicyRow } from '../contract/tables/routing-policies.ts'

/** Of a policy, without its document. */
export interface PolicyRowHead {
  readonly route: string
  readonly version: number
  readonly id: string
  readonly bytes: number
}

export interface PolicyRowDocument {
  readonly id: string
  readonly document: string
}

/** Of each route: so many that a few bad ones in a row do not hide the last good one. */
const perRoute = 4
const headsMax = 20_000

/** Where two were published under one version, the first one counts, on every sidecar. */
const headsQuery = `
SELECT route, version, id, bytes
FROM (
  SELECT route, version, policy_id AS id, toUInt32(length(document)) AS bytes
  FROM {database:Identifier}.routing_policies
  WHERE {route:String} = '' OR route = {route:String}
  ORDER BY route, version, ts LIMIT 1 BY route, version
)
ORDER BY route, version DESC
LIMIT {perRoute:UInt32} BY route
LIMIT {headsMax:UInt32}`

const documentsQuery = `
SELECT policy_id AS id, document
FROM {database:Identifier}.routing_policies
WHERE policy_id IN {ids:Array(String)}
ORDER BY policy_id, version, ts
LIMIT 1 BY policy_id`

interface Asked {
  readonly database: string
  readonly signal?: AbortSignal
}

/** The newest few versions of each route, or of one, newest first. */
export async function newestPolicies(
  client: ClickHouseClient,
  { database, signal, route = '' }: Asked & { readonly route?: string },
): Promise<PolicyRowHead[]> {
  const result = await client.query({
    query: headsQuery,
    format: 'JSONEachRow',
    query_params: { database, route, perRoute, headsMax },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  })
  return result.json<PolicyRowHead>()
}

export async function policyDocuments(
  client: ClickHouseClient,
  { database, signal, ids }: Asked & { readonly ids: readonly string[] },
): Promise<PolicyRowDocument[]> {
  const result = await client.query({
    query: documentsQuery,
    format: 'JSONEachRow',
    query_params: { database, ids: [...ids] },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  })
  return result.json<PolicyRowDocument>()
}

export async function appendPolicy(
  client: ClickHouseClient,
  database: string,
  row: RoutingPolicyRow,
): Promise<void> {
  await client.insert({
    table: `\`${database}\`.routing_policies`,
    values: [{ ...row, ts: timeText(row.ts), not_before: timeText(row.not_before) }],
    format: 'JSONEachRow',
    clickhouse_settings: { async_insert: 0, wait_end_of_query: 1 },
  })
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
}
