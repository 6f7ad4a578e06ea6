import { isObject } from '../../contract/json.ts'
import { type DemoRoute, routeName } from './cast.ts'
import type { Errand } from './plan.ts'
import { marker } from './settings.ts'

/** What one may ask of a running sidecar without costing anybody anything. */
export interface Offer {
  readonly what: string
  modelFor(errand: Errand): string
}

export const ownOffer: Offer = {
  what: 'the routes of the demo',
  modelFor: ({ feature }) => routeName(feature.route),
}

/** Each route's likeness among the models of the simulated provider. */
const likeness: Readonly<Record<DemoRoute, string>> = {
  support: 'sim-strong',
  triage: 'sim-fast',
  search: 'sim-cheap',
  copy: 'sim-cheap',
  review: 'sim-strong',
  code: 'sim-strong',
  summary: 'sim-fast',
  embed: 'sim-embed',
}

/** Throws, in words for people, where there is nothing simulated to ask: other models cost money. */
export async function offerOf(url: string, key: string | undefined): Promise<Offer> {
  const ids = await modelsOf(url, key)
  if (ids.includes(marker)) return ownOffer
  const simulated = ids.find((id) => /\/sim-(fast|cheap|strong)$/.test(id))
  if (simulated === undefined) {
    throw new Error(
      `${url} offers no simulated model, and the demo asks no other, since those cost money: add \`simulated: { kind: simulated, prices: free }\` to its providers`,
    )
  }
  const provider = simulated.slice(0, simulated.indexOf('/'))
  return {
    what: `the models of its simulated provider, ${provider}`,
    modelFor: ({ feature }) => `${provider}/${likeness[feature.route]}`,
  }
}

async function modelsOf(url: string, key: string | undefined): Promise<string[]> {
  let response: Response
  try {
    response = await fetch(`${url}/v1/models`, {
      headers: key === undefined ? {} : { 'x-sidelight-key': key },
      signal: AbortSignal.timeout(10_000),
    })
  } catch {
    throw new Error(`${url} did not answer: is a sidecar running there?`)
  }
  if (response.status === 401)
    throw new Error(`${url} asks for a key: put one that it knows into SIDELIGHT_DEMO_KEY`)
  const body: unknown = await response.json().catch(() => undefined)
  const data = isObject(body) ? body['data'] : undefined
  if (response.status !== 200 || !Array.isArray(data))
    throw new Error(`${url} is no sidecar: no list of models`)
  return data.flatMap((one) => (isObject(one) && typeof one['id'] === 'string' ? [one['id']] : []))
}
