/** The range that is looked at, and how fine: the same for the page, for reloads and for whoever gets the address. */
export interface Range {
  readonly fromMs: number
  readonly toMs: number
  readonly stepSeconds: number
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const relative = /^now(?:-(\d{1,6})([smhd]))?$/

/** An ISO time or `now-6h`; undefined when it is neither. */
export function momentOf(text: string, nowMs: number): number | undefined {
  const match = relative.exec(text)
  if (match !== null) return nowMs - Number(match[1] ?? 0) * (units[match[2] ?? 's'] ?? 1) * 1000
  // Without its zone a time would mean another one on each machine.
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

const steps = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 21_600, 86_400]
/** What a picture of half a screen can show. */
const bucketsWanted = 120

/** The nearest by ratio: 24 h give quarters of an hour, 7 days hours. */
export function stepOf(spanMs: number): number {
  const wanted = spanMs / 1000 / bucketsWanted
  const distance = (step: number) => Math.abs(Math.log(step / wanted))
  return steps.reduce((best, step) => (distance(step) < distance(best) ? step : best))
}

/** The equal one before it. */
export function before({ fromMs, toMs, stepSeconds }: Range): Range {
  return { fromMs: fromMs - (toMs - fromMs), toMs: fromMs - 1, stepSeconds }
}
