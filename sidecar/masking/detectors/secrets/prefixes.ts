import type { Span } from '../../span.ts'
import { entropy, isCutShort, isStandIn, isTyped } from './quality.ts'
import { createStarts, type Starts } from './starts.ts'

/**
 * Keys that their issuers mark, one pattern each. Lengths are bounded, and nothing that may continue a key stands in
 * front, so no text is read more than a few times.
 */
const forms: readonly string[] = [
  'sk-(?:proj|svcacct|admin)-[\\w-]{40,250}', // OpenAI
  'sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}', // OpenAI, old
  'sk-ant-(?:api03|admin01|oat01)-[\\w-]{93}AA', // Anthropic
  'sk-or-v1-[0-9a-f]{64}', // OpenRouter
  'AIza[\\w-]{35}', // Google
  'GOCSPX-[\\w-]{28}', // Google OAuth
  'ya29\\.[\\w-]{20,250}', // Google access token
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}', // AWS
  'gh[pousr]_[A-Za-z0-9]{36,250}', // GitHub
  'github_pat_\\w{70,100}', // GitHub
  'gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas)-[\\w.-]{20,110}', // GitLab
  'xox[abeprs](?:\\.xox[bp])?-(?=[\\w-]{0,60}\\d{6})[\\w-]{16,250}', // Slack
  'xapp-\\d-[A-Z0-9]{6,20}-\\d{6,20}-[a-z0-9]{20,80}', // Slack app
  '(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,120}', // Stripe
  'whsec_[A-Za-z0-9+/=]{24,80}', // Stripe and others, webhooks
  '(?:hf_|api_org_)[A-Za-z]{34}', // Hugging Face
  'gsk_[A-Za-z0-9]{40,60}', // Groq
  'xai-[A-Za-z0-9]{60,100}', // xAI
  'pplx-[A-Za-z0-9]{40,60}', // Perplexity
  'r8_[A-Za-z0-9]{37,40}', // Replicate
  'nvapi-[\\w-]{40,80}', // NVIDIA
  'tvly-[\\w-]{20,60}', // Tavily
  'npm_[A-Za-z0-9]{36}', // npm
  'pypi-[\\w-]{50,250}', // PyPI
  'rubygems_[0-9a-f]{48}', // RubyGems
  'dckr_pat_[\\w-]{20,60}', // Docker
  'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}', // SendGrid
  'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}', // Shopify
  'dapi[0-9a-f]{32}(?:-\\d)?', // Databricks
  'hv[sbr]\\.[\\w-]{24,250}', // Vault
  '(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/=]{32,250})', // Grafana
  'ops_eyJ[A-Za-z0-9+/=_-]{100,1000}', // 1Password
  'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}', // 1Password secret key
  'do[opr]_v1_[0-9a-f]{64}', // DigitalOcean
  'lin_api_[A-Za-z0-9]{40}', // Linear
  'NRAK-[A-Z0-9]{27}', // New Relic
  'ntn_[A-Za-z0-9]{40,50}', // Notion
  'secret_[A-Za-z0-9]{43}', // Notion, old
  'EAA[A-Za-z0-9]{80,250}', // Facebook
  'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}', // age
  'ATATT3[\\w=-]{100,250}', // Atlassian
  'AKCp[A-Za-z0-9]{69}', // Artifactory
  'pscale_(?:tkn|pw|oauth)_[\\w=.-]{32,64}', // PlanetScale
  'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{40,100}', // Doppler
  'PMAK-[0-9a-f]{24}-[0-9a-f]{34}', // Postman
  'sntry[su]_[\\w+/=]{40,250}', // Sentry
  'figd_[\\w-]{36,60}', // Figma
  'fo1_[\\w-]{43}', // Fly.io
  'xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}', // Brevo
  'SK[0-9a-f]{32}', // Twilio
  'pnu_[A-Za-z0-9]{36}', // Prefect
  'ico-[A-Za-z0-9]{32}', // Infracost
  'sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}', // Sourcegraph
  'sq0(?:atp|csp|idp)-[\\w-]{22,43}', // Square
  'tfp_[A-Za-z0-9]{40,60}', // Typeform
  'sha256~[\\w-]{43}', // OpenShift
  'LTAI[A-Za-z0-9]{17,21}', // Alibaba
  'CCIPAT_[A-Za-z0-9]{22}_[0-9a-f]{40}', // CircleCI
  'bkua_[0-9a-f]{40}', // Buildkite
  'duffel_(?:test|live)_[\\w=-]{43}', // Duffel
  'EZ[AT]K[A-Za-z0-9]{54}', // EasyPost
  'shippo_(?:live|test)_[0-9a-f]{40}', // Shippo
  'rdme_[a-z0-9]{70}', // ReadMe
  's\\.(?=[A-Za-z]{0,23}\\d)(?=[\\da-z]{0,23}[A-Z])[A-Za-z0-9]{24}', // Vault, old
]

/** Marked in the middle: only looked for where the mark is. */
const inner: readonly (readonly [string, string])[] = [
  ['|', '\\d{15,16}\\|[\\w-]{27,40}'], // Facebook app
  ['Q~', '[\\w~.-]{3}\\dQ~[\\w~.-]{31,34}'], // Azure AD
  ['.atlasv1.', '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}'], // Terraform
  [':AA', '\\d{8,10}:AA[\\w-]{33}'], // Telegram
  ['.', '[MNO][\\w-]{23,25}\\.[\\w-]{6}\\.[\\w-]{27,40}'], // Discord
]

const bounded = (form: string, flag: 'g' | 'y') => new RegExp(`(?<![\\w~-])(?:${form})(?![\\w~]|-\\w)`, flag)
const webhook = /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9+/]{20,80})/g
const jwt = /(?<![\w-])eyJ[\w-]{10,1000}\.eyJ[\w-]{8,8000}\.[\w-]{8,1000}(?![\w-])/g

export type FindPrefixed = (text: string, found: Span[]) => void

const entropyLeast = 3

export function createPrefixed(): FindPrefixed {
  const marked = bounded(forms.join('|'), 'y')
  const starts = createStarts(forms)
  const rare = inner.map(([mark, form]) => ({ mark, pattern: bounded(form, 'g') }))
  return (text, found) => {
    addMarked(text, starts, marked, found)
    for (const { mark, pattern } of rare) if (text.includes(mark)) addReal(text, pattern, found)
    if (text.includes('hooks.slack.com'))
      for (const { 0: whole, 1: path = '', index } of text.matchAll(webhook))
        if (entropy(path) >= entropyLeast && !isStandIn(path))
          add(found, index + whole.length - path.length, path.length)
    if (text.includes('eyJ'))
      for (const match of text.matchAll(jwt)) if (isJwt(match[0])) add(found, match.index, match[0].length)
  }
}

/** One look at a table a character; the expression is tried where a key may begin. */
function addMarked(text: string, starts: Starts, marked: RegExp, found: Span[]): void {
  let index = 0
  while (index < text.length) {
    if (!starts.isAt(text, index)) {
      index += 1
      continue
    }
    marked.lastIndex = index
    const key = marked.exec(text)?.[0] ?? ''
    if (key !== '') addKey(text, key, index, found)
    index += Math.max(key.length, 1)
  }
}

function addReal(text: string, pattern: RegExp, found: Span[]): void {
  for (const { 0: key, index } of text.matchAll(pattern)) addKey(text, key, index, found)
}

function addKey(text: string, key: string, index: number, found: Span[]): void {
  const isReal = entropy(key) >= entropyLeast && !isStandIn(key) && !isTyped(key)
  if (isReal && !isCutShort(text, index + key.length)) add(found, index, key.length)
}

const add = (found: Span[], start: number, length: number) =>
  found.push({ start, end: start + length, type: 'SECRET', score: 0.97 })

function isJwt(token: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null && ('alg' in header || 'typ' in header)
  } catch {
    return false
  }
}
