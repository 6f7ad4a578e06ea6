import type { Change } from '../../evals/simulate/truth.ts'

/** An option that cannot mean what it says. */
export class UsageProblem extends Error {}

export function wholeFrom(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most))
    throw new UsageProblem(`--${option} is a whole number from ${least} to ${most}, not ${quoted(text)}`)
  return value
}

/** 0.05 or 5%. */
export function shareFrom(option: string, text: string): number {
  const [, digits = '', percent] = /^(\d+\.?\d*|\.\d+)(%?)$/.exec(text) ?? []
  const value = Number(digits === '' ? Number.NaN : digits) / (percent === '%' ? 100 : 1)
  if (!(value >= 0 && value <= 1))
    throw new UsageProblem(`--${option} is a share from 0 to 1 such as 0.05 or 5%, not ${quoted(text)}`)
  return value
}

export function listFrom(option: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => name === '') || new Set(names).size < names.length)
    throw new UsageProblem(`--${option} is a list of different names, a,b,c, not ${quoted(text)}`)
  return names
}

/** `16:candidate:-15`; a candidate may have colons in its name. */
export function changesFrom(texts: readonly string[]): Change[] {
  return texts.map((text) => {
    const [, day = '', candidate = '', points = ''] = /^(\d+):(.+):([+-]?\d+\.?\d*)$/.exec(text) ?? []
    const value = Number(points) / 100
    if (day === '' || !(Math.abs(value) <= 1))
      throw new UsageProblem(`--drift is day:candidate:points such as 16:a:-15, not ${quoted(text)}`)
    return { day: Number(day), candidate, points: value }
  })
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}
