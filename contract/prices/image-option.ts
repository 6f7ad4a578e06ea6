import type { ImageOptions } from './cost-request.ts'

// Longer than any size or quality that is sold; the caller writes them.
const wordMax = 16
const stepsMax = 1_000_000

/** Stands for what nobody sells, so that it has no price, here and in SQL. */
const nonsense = '?'

/** What a request says of its images, in the words that price and record share. */
export function imageOptionsOf(asked: ImageOptions): ImageOptions {
  const { size, quality, steps } = asked
  const isCount = steps === undefined || (Number.isInteger(steps) && steps >= 0 && steps <= stepsMax)
  return {
    ...(size === undefined ? {} : { size: word(size) }),
    ...(quality === undefined ? {} : { quality: word(quality) }),
    ...(steps === undefined || !isCount ? {} : { steps }),
    ...(isCount ? {} : { quality: nonsense }),
  }
}

/** The same as a label: `WxH/quality/steps`, each in its place, without what is missing at the end. */
export function imageOptionText({ size = '', quality = '', steps }: ImageOptions): string {
  return [size, quality, steps ?? ''].join('/').replace(/\/+$/, '')
}

function word(text: string): string {
  return text.length > wordMax || text.includes('/') ? nonsense : text
}
