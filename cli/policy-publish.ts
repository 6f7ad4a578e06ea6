import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../contract/config/schema.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { policyFileName, writePolicyFile } from '../contract/policy/files.ts'
import { namesOneOf } from '../contract/policy/fitness.ts'
import { privateKeyFrom, publicKeyFrom } from '../contract/policy/keys.ts'
import { makePolicy, type PolicyContent } from '../contract/policy/make.ts'
import { isRefusal, type ReadPolicy, readPolicy } from '../contract/policy/read.ts'
import type { PolicyDocument } from '../contract/policy.ts'
import { appendPolicy, newestPolicies, policyDocuments } from '../ingest/policies.ts'
import { targetOf } from '../ingest/target.ts'
import { candidatesOf, misfitsOf, notesOn } from './policy-fit.ts'
import { warehouseClient } from './warehouse-policies.ts'

/** What is wrong with a policy that someone wrote; says it to that one. */
export class PolicyProblem extends Error {}

/** A policy, or a part of one. */
export interface Draft {
  readonly route: string
  readonly fields: JsonObject
}

export interface Sound extends ReadPolicy {
  /** What is allowed and may not be meant. */
  readonly notes: readonly string[]
  /** What this configuration does not have: it may be one of another. */
  readonly misfits: readonly string[]
}

export function draftFrom(text: string, route: string | undefined): Draft {
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch {
    throw new PolicyProblem('it is not JSON')
  }
  if (!isObject(fields)) throw new PolicyProblem('it is no JSON object')
  const named = fields['route'] ?? route
  if (typeof named !== 'string') throw new PolicyProblem('it names no route: add `route`, or give --route')
  if (route !== undefined && route !== named)
    throw new PolicyProblem('it is for another route than --route says')
  return { route: named, fields }
}

/** The draft as a policy of this configuration, if it can be one; throws a `PolicyProblem`. */
export function soundPolicy(config: Config, draft: Draft, before?: PolicyDocument, signKey?: string): Sound {
  const key = signKey === undefined ? undefined : privateKeyFrom(signKey)
  if (signKey !== undefined && key === undefined)
    throw new PolicyProblem('the key to sign with is no Ed25519 private key: PEM, or base64 of its 32 bytes')
  let made: ReadPolicy
  try {
    made = makePolicy(contentOf(config, draft, before), key)
  } catch (error) {
    throw new PolicyProblem(error instanceof Error ? error.message : 'it cannot be a policy')
  }
  const candidates = candidatesOf(config, draft.route)
  if (candidates !== undefined && !namesOneOf(made.document, candidates))
    throw new PolicyProblem(`none of its candidates is one of the route: ${[...candidates].join(', ')}`)
  const misfits = misfitsOf(made.document, candidates)
  return {
    ...made,
    notes: [...notesOn(draft, made.document, candidates), ...misfits, ...strategyNotes(config, draft.route)],
    misfits,
  }
}

function contentOf(
  config: Config,
  { route, fields }: Draft,
  before: PolicyDocument | undefined,
): PolicyContent {
  const { schema: _schema, id: _id, signature: _signature, ...rest } = fields
  const version = (before?.version ?? 0) + 1
  const segmentBy = before?.segment_by ?? config.routes[route]?.segmentBy ?? ['feature', 'prompt']
  return {
    salt_id: before?.salt_id ?? 's1',
    segment_by: segmentBy,
    merge: {},
    segments: {},
    ...rest,
    route,
    version,
    parent: version - 1,
    created_at: new Date().toISOString(),
  } as unknown as PolicyContent
}

/** Only `weighted` draws by weights; the others may go by the evidence. */
function strategyNotes({ routes }: Config, route: string): string[] {
  const strategy = Object.hasOwn(routes, route) ? routes[route]?.strategy : undefined
  if (strategy === undefined || strategy === 'weighted') return []
  const usesEvidence = strategy === 'cheapest' || strategy === 'best'
  return [
    `route ${route} is ${strategy}: these weights are not used (${usesEvidence ? 'its evidence is' : 'nor is its evidence'})`,
  ]
}

export interface PublishAsk {
  readonly config: Config
  readonly draft: Draft
  readonly signKey: string | undefined
  readonly by: { readonly actor?: string; readonly reason: string }
  readonly isDryRun: boolean
}

/** As the next version: of what is published, and of what this sidecar had in force, whichever is later. */
export async function publishPolicy(ask: PublishAsk): Promise<Sound & { readonly where: string }> {
  const { config, draft, signKey } = ask
  const place = config.policy.source === 'file' ? folderPlace(config) : await warehousePlace(ask)
  try {
    const published = await place.newest(draft.route)
    const policy = soundPolicy(config, draft, later(published, await lastGood(config, draft.route)), signKey)
    const { publicKey } = config.policy
    const read = readPolicy(policy.text, publicKey === undefined ? undefined : publicKeyFrom(publicKey))
    if (isRefusal(read)) throw new PolicyProblem(`sidecars would refuse it: ${read.detail} (--sign-key-env)`)
    if (!ask.isDryRun) {
      if ((await place.newest(draft.route))?.id !== published?.id)
        throw new PolicyProblem('another version was published meanwhile: look at it, then publish again')
      await place.put(policy)
    }
    return { ...policy, where: place.name }
  } catch (error) {
    throw nobodyThere(error)
      ? new Error(`${place.origin} did not answer: nothing listens there; is it running?`)
      : error
  } finally {
    await place.close()
  }
}

function later(a: PolicyDocument | undefined, b: PolicyDocument | undefined): PolicyDocument | undefined {
  return (a?.version ?? 0) >= (b?.version ?? 0) ? a : b
}

function lastGood({ stateDir }: Config, route: string): Promise<PolicyDocument | undefined> {
  return inFolder(join(stateDir, 'policy'), route)
}

async function inFolder(directory: string, route: string): Promise<PolicyDocument | undefined> {
  const text = await readFile(join(directory, policyFileName(route)), 'utf8').catch(() => '')
  const read = readPolicy(text)
  return isRefusal(read) ? undefined : read.document
}

/** The client's own words name an address and no remedy. */
function nobodyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}

interface Place {
  readonly name: string
  /** Whom it asks. */
  readonly origin: string
  newest(route: string): Promise<PolicyDocument | undefined>
  put(policy: ReadPolicy): Promise<void>
  close(): Promise<void>
}

function folderPlace({ policy }: Config): Place {
  return {
    name: policy.dir,
    origin: policy.dir,
    newest: (route) => inFolder(policy.dir, route),
    put: ({ document, text }) => writePolicyFile(policy.dir, document.route, text),
    close: async () => {},
  }
}

async function warehousePlace({ config, by }: PublishAsk): Promise<Place> {
  if (/^ingests?:/.test(config.warehouse.url))
    throw new PolicyProblem(
      '`warehouse.url` takes records only: publish with a configuration that names the warehouse',
    )
  const client = await warehouseClient(config, 'writer')
  const { database } = config.warehouse
  return {
    name: `${database}.routing_policies`,
    origin: `the warehouse at ${new URL((await targetOf(config, 'writer')).url).origin}`,
    async newest(route) {
      const heads = await newestPolicies(client, { database, route })
      const ids = heads.map(({ id }) => id)
      const found = new Map(
        (await policyDocuments(client, { database, ids })).map((row) => [row.id, row.document]),
      )
      // A bad one in between does not free its version.
      const read = heads.map((head) => readPolicy(found.get(head.id) ?? '')).find((one) => !isRefusal(one))
      const [top] = heads
      if (read === undefined || isRefusal(read) || top === undefined) return undefined
      return { ...read.document, version: top.version, id: top.id }
    },
    put: (policy) => appendPolicy(client, database, rowOf(policy, by)),
    close: () => client.close(),
  }
}

function rowOf({ document, text }: ReadPolicy, by: PublishAsk['by']) {
  const { route, version, parent, id, canary, evidence, not_before } = document
  return {
    ts: Date.now(),
    route,
    version,
    parent,
    policy_id: id,
    action: canary === undefined ? 'publish' : 'canary',
    actor: by.actor ?? userInfo().username,
    reason: by.reason,
    run_id: evidence?.run_id ?? '',
    not_before: not_before === undefined ? 0 : Date.parse(not_before),
    weights: document.default,
    document: text,
  }
}

export function summaryOf({ route, version, id, segments, signature, not_before }: PolicyDocument): string {
  const count = Object.keys(segments).length
  const parts = [`route ${route}`, `version ${version}`, `${count} segment${count === 1 ? '' : 's'}`]
  if (not_before !== undefined) parts.push(`not before ${not_before}`)
  parts.push(signature === undefined ? 'unsigned' : 'signed', `id ${id}`)
  return parts.join(', ')
}
