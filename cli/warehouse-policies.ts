import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../contract/config/schema.ts'
import { newestPolicies, policyDocuments } from '../ingest/policies.ts'
import { type Role, targetOf } from '../ingest/target.ts'
import {
  type PolicyHead,
  type PolicySource,
  type PolicyVisitor,
  SourceProblem,
} from '../sidecar/routing/policy/source.ts'

/** A look brings no more documents at once than fit into memory without being felt. */
const batchBytesMax = 8 * 1_048_576
const batchPoliciesMax = 100
/** Newer versions that turn out bad make room for older ones: so often, and the next look goes on. */
const roundsMax = 4

/** The client of the warehouse that the configuration names. */
export async function warehouseClient(config: Config, role: Role): Promise<ClickHouseClient> {
  const { url, username, password } = await targetOf(config, role)
  return createClient({
    url,
    username,
    password,
    application: 'sidelight-policy',
    request_timeout: 10_000,
    log: { level: ClickHouseLogLevel.OFF },
  })
}

/** The table `routing_policies`: first what there is, then the documents that are news. */
export class WarehouseSource implements PolicySource {
  readonly name = 'warehouse'
  readonly #config: Config
  #client: ClickHouseClient | undefined

  constructor(config: Config) {
    this.#config = config
  }

  async look(visitor: PolicyVisitor, signal: AbortSignal): Promise<void> {
    const { database } = this.#config.warehouse
    try {
      this.#client ??= await warehouseClient(this.#config, 'reader')
      const client = this.#client
      const heads = await newestPolicies(client, { database, signal })
      let due = byRoute(heads)
      for (let round = 0; round < roundsMax && due.length > 0; round += 1) {
        const wanted = due.flatMap((route) => route.find((head) => visitor.wants(head)) ?? [])
        for (const batch of batches(wanted)) await bring(client, { database, signal, batch }, visitor)
        const asked = new Set(wanted)
        due = due.filter((route) => route.some((head) => asked.has(head)))
      }
    } catch (error) {
      throw problemOf(error)
    }
  }

  async close(): Promise<void> {
    await this.#client?.close()
  }
}

function byRoute(heads: readonly PolicyHead[]): PolicyHead[][] {
  const routes = new Map<string, PolicyHead[]>()
  for (const head of heads) {
    const route = routes.get(head.route)
    if (route === undefined) routes.set(head.route, [head])
    else route.push(head)
  }
  return [...routes.values()]
}

function batches(heads: readonly PolicyHead[]): PolicyHead[][] {
  const all: PolicyHead[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const head of heads) {
    const last = all.at(-1)
    if (last === undefined || bytes + head.bytes > batchBytesMax || last.length === batchPoliciesMax) {
      all.push([head])
      bytes = head.bytes
    } else {
      last.push(head)
      bytes += head.bytes
    }
  }
  return all
}

async function bring(
  client: ClickHouseClient,
  ask: { readonly database: string; readonly signal: AbortSignal; readonly batch: readonly PolicyHead[] },
  visitor: PolicyVisitor,
): Promise<void> {
  const ids = ask.batch.map(({ id }) => id)
  const found = await policyDocuments(client, { database: ask.database, signal: ask.signal, ids })
  const documents = new Map(found.map(({ id, document }) => [id, document]))
  for (const head of ask.batch) visitor.offer(documents.get(head.id) ?? '', head)
}

/** The warehouse's own words quote the statement; the name of its error says enough. */
function problemOf(error: unknown): SourceProblem {
  if (error instanceof ClickHouseError) {
    const type = error.type ?? `error ${error.code}`
    return new SourceProblem(type, type === 'UNKNOWN_TABLE' || type === 'UNKNOWN_DATABASE')
  }
  return new SourceProblem(error instanceof Error && 'code' in error ? String(error.code) : 'no answer')
}

/** Sidecars that send their records through another one have no warehouse that they could ask. */
export class NoSource implements PolicySource {
  readonly name = 'warehouse'

  look(): Promise<void> {
    return Promise.reject(new SourceProblem('no warehouse to ask: set policy.source to file'))
  }

  async close(): Promise<void> {}
}
