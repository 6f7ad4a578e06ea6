import type { DialectName } from '../../sidecar/dialects/dialect.ts'
import { chanceOf } from './chance.ts'

/** Who asks for what: the applications of a company that does not exist, and their customers. */
export interface App {
  readonly name: string
  readonly team: string
  readonly features: readonly Feature[]
}

export interface Feature {
  readonly name: string
  readonly route: DemoRoute
  readonly dialect: DialectName | 'embeddings'
  /** Of all that is asked. */
  readonly weight: number
  readonly prompt: string
  /** The second one takes over in the middle of the history. */
  readonly versions: readonly [before: string, after: string]
  readonly systemTokens: number
  readonly inputTokens: readonly [least: number, most: number]
  readonly outputTokens: readonly [least: number, most: number]
  readonly streamed: number
  /** Most turns of a conversation; 1: there are none. */
  readonly turns: number
  readonly tool?: string
  /** Share of answers that somebody has an opinion of. */
  readonly rated: number
}

export const demoRoutes = [
  'support',
  'triage',
  'search',
  'copy',
  'review',
  'code',
  'summary',
  'embed',
] as const
/** As callers name it: a policy of the demo must never rule a route of anybody else in the same warehouse. */
export const routeName = (route: DemoRoute) => `demo-${route}`
export type DemoRoute = (typeof demoRoutes)[number]

type Sizes = Pick<Feature, 'systemTokens' | 'inputTokens' | 'outputTokens' | 'streamed' | 'turns' | 'rated'>

function feature(
  name: string,
  of: Pick<Feature, 'route' | 'dialect' | 'weight' | 'prompt' | 'versions'> & { tool?: string },
  sizes: Sizes,
): Feature {
  return { name, ...of, ...sizes }
}

const chatty: Sizes = {
  systemTokens: 1600,
  inputTokens: [20, 220],
  outputTokens: [50, 180],
  streamed: 0.45,
  turns: 6,
  rated: 0.16,
}
const brief: Sizes = { ...chatty, systemTokens: 500, outputTokens: [6, 40], streamed: 0, turns: 1, rated: 0 }
const long: Sizes = { ...chatty, inputTokens: [1200, 5200], outputTokens: [120, 320], turns: 1, rated: 0.1 }

export const apps: readonly App[] = [
  {
    name: 'helpdesk',
    team: 'support',
    features: [
      feature(
        'ticket-reply',
        {
          ...{ route: 'support', dialect: 'chat', weight: 30, prompt: 'support-reply' },
          ...{ versions: ['v7', 'v8'], tool: 'lookup_order' },
        },
        chatty,
      ),
      feature(
        'ticket-triage',
        { route: 'triage', dialect: 'chat', weight: 17, prompt: 'triage', versions: ['v3', 'v3'] },
        brief,
      ),
    ],
  },
  {
    name: 'storefront',
    team: 'growth',
    features: [
      feature(
        'product-search',
        {
          route: 'search',
          dialect: 'responses',
          weight: 15,
          prompt: 'search-answer',
          versions: ['v12', 'v13'],
        },
        { ...chatty, systemTokens: 700, turns: 2, rated: 0.06 },
      ),
      feature(
        'product-index',
        { route: 'embed', dialect: 'embeddings', weight: 8, prompt: '', versions: ['', ''] },
        { ...brief, systemTokens: 0, inputTokens: [60, 400] },
      ),
      feature(
        'product-copy',
        { route: 'copy', dialect: 'chat', weight: 5, prompt: 'product-copy', versions: ['v2', 'v2'] },
        { ...long, inputTokens: [200, 700] },
      ),
    ],
  },
  {
    name: 'contracts',
    team: 'legal',
    features: [
      feature(
        'clause-review',
        { route: 'review', dialect: 'messages', weight: 4, prompt: 'clause-review', versions: ['v5', 'v6'] },
        long,
      ),
      feature(
        'contract-summary',
        { route: 'summary', dialect: 'chat', weight: 4, prompt: 'summarise', versions: ['v1', 'v1'] },
        long,
      ),
    ],
  },
  {
    name: 'devtools',
    team: 'platform',
    features: [
      feature(
        'code-assist',
        {
          ...{ route: 'code', dialect: 'messages', weight: 8, prompt: 'code-assist' },
          ...{ versions: ['v21', 'v22'], tool: 'read_file' },
        },
        { ...chatty, systemTokens: 2400, inputTokens: [120, 900], streamed: 0.7, turns: 8 },
      ),
      feature(
        'commit-summary',
        { route: 'summary', dialect: 'chat', weight: 4, prompt: 'summarise', versions: ['v1', 'v1'] },
        { ...brief, inputTokens: [300, 1500], outputTokens: [15, 60] },
      ),
    ],
  },
  {
    name: 'insights',
    team: 'data',
    features: [
      feature(
        'report-narrative',
        { route: 'copy', dialect: 'gemini', weight: 3, prompt: 'narrative', versions: ['v4', 'v4'] },
        { ...long, inputTokens: [600, 2400] },
      ),
      feature(
        'data-extract',
        { route: 'triage', dialect: 'chat', weight: 6, prompt: 'extract', versions: ['v9', 'v10'] },
        { ...brief, inputTokens: [200, 900], outputTokens: [30, 90] },
      ),
    ],
  },
]

export interface Customer {
  readonly name: string
  readonly tier: 'enterprise' | 'business' | 'free'
}

/** Who causes the spike of spend. */
export const spender: Customer = { name: 'Halvorsen Freight', tier: 'enterprise' }

/** Names as customers have them, the awkward ones too: boards and queries must take them as they are. */
const spelled = [
  'Acme Corporation',
  "O'Brien & Sons",
  'Müller Söhne GmbH',
  '株式会社さくら',
  'Crêperie "La Mère"',
  'Northwind Traders',
  'Łódź Logistics',
  'a\\b Industries',
  '100% Juice Co.',
  spender.name,
  'Niño y Niña S.A.',
  '<b>Bold</b> Design',
  'Zürich Wheels 🚲',
  'Banque; DROP Crédit',
]
const firsts = [
  'Amber',
  'Birch',
  'Cobalt',
  'Delta',
  'Ember',
  'Fjord',
  'Granite',
  'Harbor',
  'Indigo',
  'Juniper',
]
const lasts = ['Health', 'Motors', 'Foods', 'Energy', 'Insurance']

/** From the largest to the smallest. */
export const customers: readonly Customer[] = [
  ...spelled,
  ...lasts.flatMap((last) => firsts.map((first) => `${first} ${last}`)),
].map((name, index) => ({ name, tier: index < 6 ? 'enterprise' : index < 22 ? 'business' : 'free' }))

/** The k-th asks about a k-th as much as the first, as it is with customers. */
export const customerWeights = customers.map(
  (customer, index) => [customer, 1 / (index + 1) ** 1.05] as const,
)

/** What many ask in the same words. */
export const commonQuestions = [
  'Where is my order?',
  'How do I reset my password?',
  'Can I return an item after 30 days?',
  'Which plan do I need for ten people?',
  'My invoice shows the wrong address, what can I do?',
  'How long does delivery to Norway take?',
  'Do you ship on Saturdays?',
  'How can I cancel my subscription?',
]

/** What people write that nobody outside should read; all of it made up. */
export function personalNote(seed: string): string {
  const chance = chanceOf(`person ${seed}`)
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(chance.between(0, 10))).join('')
  const name = chance.pick(['ana.silva', 'j.doe', 'maria.k', 'li.wei', 'omar'])
  return chance.pick([
    `You can reach me at ${name}${digits(2)}@example.com.`,
    `My phone number is +1 202-555-01${digits(2)}.`,
    'I paid with the card 4111 1111 1111 1111.',
    'The refund should go to DE89 3704 0044 0532 0130 00.',
  ])
}
