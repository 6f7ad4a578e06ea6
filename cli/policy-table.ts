import { isObject } from '../contract/json.ts'

/** What `GET /policy` says, for people: a few lines for each route. */
export function policyTable(report: unknown): string {
  const routes = isObject(report) && isObject(report['routes']) ? report['routes'] : {}
  const lines = Object.entries(routes).flatMap(([name, route]) =>
    isObject(route) ? routeLines(name, route) : [],
  )
  const source = isObject(report) && isObject(report['source']) ? report['source'] : {}
  const code = source['code'] === undefined ? '' : ` (${source['code']})`
  return [...lines, `source: ${source['kind']}, ${source['state']}${code}`].join('\n')
}

type Fields = Readonly<Record<string, unknown>>

function routeLines(name: string, route: Fields): string[] {
  const age = typeof route['age_seconds'] === 'number' ? `, ${ageText(route['age_seconds'])} old` : ''
  const head = `${name}: version ${route['version']} (${route['source']}${age}), ${route['strategy']}`
  const segments = isObject(route['segments']) ? Object.entries(route['segments']) : []
  const shown = segments
    .slice(0, segmentsMax)
    .map(([segment, weights]) => row(JSON.stringify(segment), weights))
  const more =
    segments.length > segmentsMax ? [`  … and ${segments.length - segmentsMax} segments (--json)`] : []
  return [
    head,
    row('default', route['weights']),
    ...shown,
    ...more,
    ...canaryLine(route),
    ...evidenceLine(route),
  ]
}

const segmentsMax = 20

function row(name: string, weights: unknown): string {
  const shares = isObject(weights) ? Object.entries(weights) : []
  return `  ${name.padEnd(20)} ${shares.map(([id, weight]) => `${id} ${weight}`).join('   ')}`
}

function canaryLine({ canary }: Fields): string[] {
  if (!isObject(canary) || !isObject(canary['control'])) return []
  return [
    `  canary: ${canary['fraction']} of the units; the others keep version ${canary['control']['version']}`,
  ]
}

function evidenceLine({ evidence }: Fields): string[] {
  if (!isObject(evidence)) return []
  const { n, quality, lower, cost } = evidence
  return [`  evidence: n ${n}, quality ${quality} (at least ${lower}), cost ${cost} of the baseline's`]
}

export function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
