import type { JsonObject } from '../../../contract/json.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import { keysOf, type Partition } from '../../cache/keys/canonical.ts'
import { readControl } from '../../cache/keys/control.ts'
import { type Allowed, allowedFor, type RequestFacts } from '../../cache/keys/never.ts'
import { settingsOf } from '../../cache/keys/request-facts.ts'
import { splitRequest } from '../../cache/keys/request-text.ts'
import type { Plan } from '../../cache/recalled.ts'
import type { RouteCache } from '../../cache/settings.ts'
import type { Context } from '../../context.ts'
import type { Operation } from '../../providers/provider.ts'
import type { Candidate } from '../../routing/route.ts'

/** Whose answers can be kept: those that come as one body or one stream of text. */
const kept: ReadonlySet<Operation> = new Set(['generate', 'completions', 'embeddings'])
/** Reading a larger body would hold up everybody else. */
const bodyBytesMax = 1_048_576

/** Undefined: nothing is looked up and nothing kept, which is said as `off`. */
export function planFor(
  context: Context,
  cache: RouteCache,
  of: { answers: AnswerCache; candidate: Candidate },
): Plan | undefined {
  const { body, route } = context
  if (body === undefined || route === undefined || !kept.has(context.operation)) return undefined
  if (body.bytes.length > bodyBytesMax) return undefined
  const control = readControl(context.hints.cache, String(context.req.headers['cache-control'] ?? ''))
  if (!control.read && !control.write) return undefined
  const json = body.parse()
  if (isOfServer(json)) return undefined
  const split = splitRequest(json)
  const partition = partitionOf(context, cache, of.candidate)
  const wantsLikeness = cache.lifeMs.lexical + cache.lifeMs.semantic > 0 && context.operation === 'generate'
  const question =
    wantsLikeness && split.text !== '' && split.text.length <= textCharsMax
      ? of.answers.analyst.question(split.text, context.facts?.language ?? '', yearOf(context))
      : undefined
  const facts: RequestFacts = {
    ...settingsOf(json),
    ...split,
    hasFiles: isOfFiles(body.bytes),
    turnsMax: cache.turnsMax,
    temperatureMax: cache.temperatureMax,
    textBytes: question === undefined ? 0 : Buffer.byteLength(split.text),
    contentWords: question?.contentWords ?? 0,
    isTimeBound: question?.isTimeBound ?? false,
    isFlagged: !['', 'none'].includes(context.guardVerdict),
    isOwnAffair: partition.customer === '' && cache.scope === 'customer' && question?.isOwnAffair === true,
  }
  const allowed = allowedFor(facts)
  if (!allowed.exact) return undefined
  return {
    cache,
    route: route.name,
    keys: keysOf(partition, split.rest, split.text),
    control,
    allowed: tiersOf(allowed, cache),
    customer: context.hints.customer,
    owner:
      context.hints.customer === ''
        ? `key ${context.callerKey?.name ?? ''}`
        : `customer ${context.hints.customer}`,
    text: split.text,
    question,
  }
}

/** 8,000 tokens: longer texts are compared by nothing. */
const textCharsMax = 32_000

function yearOf({ arrivedMs }: Context): number {
  return new Date(arrivedMs).getUTCFullYear()
}

function tiersOf(allowed: Allowed, { lifeMs }: RouteCache): Allowed {
  return {
    ...allowed,
    exact: lifeMs.exact > 0,
    lexical: allowed.lexical && lifeMs.lexical > 0,
    semantic: allowed.semantic && lifeMs.semantic > 0,
  }
}

/** What the provider keeps, looks up or runs itself is another thing each time. */
function isOfServer(json: JsonObject): boolean {
  const isSet = (name: string) => json[name] !== undefined && json[name] !== null && json[name] !== false
  if (isSet('previous_response_id') || isSet('conversation') || isSet('background')) return true
  const { tools } = json
  if (!Array.isArray(tools)) return isSet('web_search_options')
  return tools.some((tool) => {
    if (typeof tool !== 'object' || tool === null || Array.isArray(tool)) return true
    const type = tool['type']
    const isOwn = type === 'function' || type === 'custom' || tool['functionDeclarations'] !== undefined
    return (
      !isOwn &&
      !(
        type === undefined &&
        (tool['input_schema'] !== undefined || tool['function_declarations'] !== undefined)
      )
    )
  })
}

function isOfFiles(bytes: Buffer): boolean {
  return ['"file_id"', '"file_data"', '"fileData"', '"file_uri"', '"input_file"'].some((mark) =>
    bytes.includes(mark),
  )
}

function partitionOf(context: Context, { scope }: RouteCache, candidate: Candidate): Partition {
  const { callerKey, hints, route, choice } = context
  const { identity } = context.snapshot.config
  const app = callerKey?.app ?? identity.app
  const owners = {
    customer: `${callerKey?.name ?? ''}/${app}`,
    key: `${callerKey?.name ?? ''}/${app}`,
    app,
    team: callerKey?.team ?? identity.team,
    route: '',
  }
  return {
    scope,
    owner: owners[scope],
    customer: scope === 'customer' ? hints.customer : '',
    route: route?.name ?? '',
    candidate: `${candidate.servedBy} ${candidate.hash}`,
    dialect: `${context.dialectName} ${versionOf(context)}`,
    operation: `${context.operation} ${geminiMethod(context)}`,
    rules: context.maskRulesVersion,
    policy: `${choice.policyVersion} ${hints.promptName}@${hints.promptVersion}`,
  }
}

/** Betas of a vendor change answers. */
function versionOf({ req }: Context): string {
  const { headers } = req
  return [headers['anthropic-version'], headers['anthropic-beta'], headers['openai-beta']].join(' ')
}

function geminiMethod({ operation, path }: Context): string {
  return operation === 'embeddings' && path.includes(':batchEmbedContents') ? 'batch' : ''
}
