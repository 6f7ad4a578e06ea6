import { createHash } from 'node:crypto'
import { candidateId } from '../../contract/config/cross-check.ts'
import type { Environment } from '../../contract/config/load.ts'
import type { Config, RouteConfig } from '../../contract/config/schema.ts'
import { privateKeyFrom } from '../../contract/policy/keys.ts'
import { makePolicy } from '../../contract/policy/make.ts'
import type { ReadPolicy } from '../../contract/policy/read.ts'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { createAskModel } from '../../evals/ask-model.ts'
import type { Journal } from '../../evals/jobs/journal.ts'
import type { LiveScorer, RouteJob } from '../../evals/jobs/route-job.ts'
import type { EvalStore, PolicyShelf } from '../../evals/jobs/store.ts'
import { createJudge, type Judge } from '../../evals/judge/judge.ts'
import { createPurse, type Purse } from '../../evals/purse.ts'
import { type LoopSettings, usualSettings } from '../../evals/settings.ts'
import { loadPrices } from '../../sidecar/pricing/load.ts'
import { jobToken } from '../job-token.ts'
import { goldenItems, humanLabels } from './files.ts'
import { pricesOf, type QuoteOf, quoteOf } from './prices.ts'

/** Routes that have a floor, a baseline and a choice. */
export function tunedRoutes({ routes }: Config): string[] {
  return Object.entries(routes)
    .filter(([, route]) => whyNotTuned(route) === undefined)
    .map(([name]) => name)
}

export function whyNotTuned({ quality, strategy, baseline, candidates }: RouteConfig): string | undefined {
  if (quality === undefined) return 'it has no `quality`'
  if (strategy !== 'weighted') return `its strategy is ${strategy}, which draws by no weights`
  if (baseline === undefined) return 'it has no `baseline` to measure against'
  return candidates.length < 2 ? 'it has one candidate' : undefined
}

export function settingsOf(config: Config, name: string): LoopSettings {
  const route = config.routes[name] as RouteConfig
  const { quality = { scope: 'route', mode: 'mix' } } = route
  const { maxLoss, segmentLoss, min, scope, mode } = quality as NonNullable<RouteConfig['quality']>
  return usualSettings({
    route: name,
    candidates: route.candidates.map(candidateId),
    baseline: route.baseline ?? '',
    ...(maxLoss === undefined ? {} : { maxLoss }),
    ...(segmentLoss === undefined ? {} : { segmentLoss }),
    min,
    scope,
    mode,
    scores: config.evals?.scores ?? 600,
    segmentBy: route.segmentBy,
  })
}

export interface Shared {
  readonly config: Config
  readonly environment: Environment
  readonly store: EvalStore
  readonly shelf: PolicyShelf
  readonly journal: Journal
  readonly runId: string
  readonly nowMs: number
  readonly seed: string
  readonly sinceMs: number | undefined
  readonly isDry: boolean
  readonly budgetUsd?: number
  readonly onProgress?: (text: string) => void
}

export interface Composed {
  readonly jobs: ReadonlyMap<string, RouteJob>
  readonly purse: Purse
  readonly quote: QuoteOf
}

const usualBudgetUsd = 5

/** Everything that runs of these routes are given; files that cannot be read are errors before anything is done. */
export async function compose(shared: Shared, routes: readonly string[]): Promise<Composed> {
  const { config, environment, nowMs } = shared
  const { catalog } = loadPrices(loadShippedCatalog(), config)
  const quote = quoteOf(config, catalog, nowMs)
  const purse = createPurse(shared.budgetUsd ?? config.evals?.budget.usd ?? usualBudgetUsd)
  const ask = createAskModel({ origin: sidecarOrigin(config), token: await jobToken(config, environment) })
  const judge = judgeOf(config, { ask, purse, quote })
  const golden = await goldenItems(config.evals, routes)
  const labels = await humanLabels(config.evals)
  const sign = signWith(config, environment)
  const jobs = routes.map((name): [string, RouteJob] => {
    const route = config.routes[name] as RouteConfig
    const candidates = route.candidates.map((one) => ({ id: candidateId(one), weight: one.weight }))
    return [
      name,
      {
        ...shared,
        settings: settingsOf(config, name),
        candidates,
        candidateHashes: new Map(route.candidates.map((one) => [candidateId(one), hashOf(one)])),
        scorer: scorerOf(route, judge),
        judge,
        judgeQuote: judgeQuoteOf(config, quote),
        labels,
        golden: golden.filter((item) => item.route === name),
        shadow: config.evals?.shadow,
        ask,
        purse,
        priceOf: pricesOf(config, name, quote),
        sign,
      },
    ]
  })
  return { jobs: new Map(jobs), purse, quote }
}

function scorerOf({ quality }: RouteConfig, judge: Judge | undefined): LiveScorer {
  const named = quality?.scorer
  if (named === undefined) return judge === undefined ? undefined : 'judge'
  if (named === 'judge' || named === 'gates') return named
  return { feedback: named }
}

function judgeOf(
  { evals }: Config,
  of: { readonly ask: RouteJob['ask']; readonly purse: Purse; readonly quote: QuoteOf },
): Judge | undefined {
  if (evals?.judge === undefined) return undefined
  const { provider, model, rubric } = evals.judge
  return createJudge({
    ask: of.ask,
    purse: of.purse,
    provider,
    model,
    rubric,
    quote: judgeQuoteOf({ evals }, of.quote),
  })
}

function judgeQuoteOf(
  { evals }: Pick<Config, 'evals'>,
  quote: QuoteOf,
): (chars: number) => number | undefined {
  const judge = evals?.judge
  return (chars) =>
    judge && quote(judge.provider, judge.model, { input: chars / charsPerToken, output: replyTokens })
}

const charsPerToken = 4
const replyTokens = 120

/** Where a sidecar is asked that listens on every address. */
export function sidecarOrigin({ evals, listen }: Config): string {
  if (evals?.sidecar !== undefined) return evals.sidecar.replace(/\/$/, '')
  return `http://${listen.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`
}

function hashOf({ provider, model, params = {}, prompt = '' }: RouteConfig['candidates'][number]): string {
  const what = JSON.stringify([provider, model, params, prompt])
  return createHash('sha256').update(what).digest('hex').slice(0, 16)
}

function signWith({ evals }: Config, environment: Environment): (policy: ReadPolicy) => ReadPolicy {
  const variable = evals?.signKeyEnv
  if (variable === undefined) return (policy) => policy
  const key = privateKeyFrom(environment[variable] ?? '')
  if (key === undefined) throw new Error(`the variable ${variable} holds no Ed25519 private key`)
  return ({ document }) => {
    const { schema: _schema, id: _id, signature: _signature, ...content } = document
    return makePolicy(content, key)
  }
}
