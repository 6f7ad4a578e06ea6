import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Config } from '../../contract/config/schema.ts'
import { policyFileName, writePolicyFile } from '../../contract/policy/files.ts'
import { publicKeyFrom } from '../../contract/policy/keys.ts'
import { isRefusal, type ReadPolicy, readPolicy } from '../../contract/policy/read.ts'
import type { PolicyDocument } from '../../contract/policy.ts'
import { type EvalStore, Overtaken, type PolicyShelf, type PublishNote } from '../../evals/jobs/store.ts'
import { appendPolicy, newestPolicies, policyDocuments } from '../../ingest/policies.ts'

const versionsMost = 20

interface VersionRow {
  readonly at_ms: number
  readonly action: string
  readonly weights: Readonly<Record<string, number>>
  readonly document: string
}

const versionsQuery = `
SELECT toFloat64(toUnixTimestamp64Milli(ts)) AS at_ms, toString(action) AS action, weights, document
FROM {database:Identifier}.routing_policies WHERE route = {route:String}
ORDER BY version DESC, ts LIMIT 1 BY version LIMIT ${versionsMost}`

/** The table of the warehouse, which is also the history; with `policy.source: file` the folder is what sidecars read. */
export function shelfOf(config: Config, client: ClickHouseClient, store: EvalStore): PolicyShelf {
  const { policy, stateDir } = config
  const { database } = config.warehouse
  const isFile = policy.source === 'file'
  const key = policy.publicKey === undefined ? undefined : publicKeyFrom(policy.publicKey)
  const read = (text: string) => readPolicy(text, key)
  const published = (route: string) => inWarehouse(client, database, route, read)
  const newest = async (route: string) => {
    const shelved = isFile ? await inFolder(policy.dir, route, read) : undefined
    const listed = await published(route)
    // A sidecar that has a later one would take nothing that is not later still.
    return [shelved, listed, await inFolder(join(stateDir, 'policy'), route, read)].reduce(later)
  }
  return {
    newest,
    async versions(route) {
      const rows = await store.rows<VersionRow>(versionsQuery, {
        route,
      })
      return rows.flatMap(({ at_ms, action, weights, document }) => {
        const one = read(document)
        return isRefusal(one) ? [] : [{ atMs: at_ms, action, weights, document: one.document }]
      })
    },
    async publish(made, note) {
      const { route, id } = made.document
      if ((await newest(route))?.id !== note.parentId) throw new Overtaken(overtaken)
      await appendPolicy(client, database, rowOf(made, note))
      // Of two under one version the first counts, on every sidecar; so it does here.
      if ((await published(route))?.id !== id) throw new Overtaken(overtaken)
      if (isFile) await writePolicyFile(policy.dir, route, made.text)
    },
  }
}

const overtaken = 'another policy was published meanwhile: nothing was'

type Read = (text: string) => ReturnType<typeof readPolicy>

async function inWarehouse(
  client: ClickHouseClient,
  database: string,
  route: string,
  read: Read,
): Promise<PolicyDocument | undefined> {
  const heads = await newestPolicies(client, { database, route })
  const ids = heads.map(({ id }) => id)
  const found = new Map(
    (await policyDocuments(client, { database, ids })).map((row) => [row.id, row.document]),
  )
  const sound = heads.map((head) => read(found.get(head.id) ?? '')).find((one) => !isRefusal(one))
  const [top] = heads
  if (sound === undefined || isRefusal(sound) || top === undefined) return undefined
  // One that cannot be read in between does not free its version.
  return { ...sound.document, version: top.version, id: top.id }
}

async function inFolder(directory: string, route: string, read: Read): Promise<PolicyDocument | undefined> {
  const text = await readFile(join(directory, policyFileName(route)), 'utf8').catch(() => '')
  const one = read(text)
  return isRefusal(one) ? undefined : one.document
}

function later(a: PolicyDocument | undefined, b: PolicyDocument | undefined): PolicyDocument | undefined {
  return (a?.version ?? 0) >= (b?.version ?? 0) ? a : b
}

function rowOf({ document, text }: ReadPolicy, { action, reason, runId, nowMs, weights }: PublishNote) {
  const { route, version, parent, id } = document
  return {
    ts: nowMs,
    route,
    version,
    parent,
    policy_id: id,
    action,
    actor: 'evals',
    reason,
    run_id: runId,
    not_before: 0,
    weights: weights ?? document.default,
    document: text,
  }
}
