import type { CallerStream } from '../../streaming/caller-stream.ts'

const baseMs = 200
const capMs = 2000

/** Full jitter: spreads the retries of many sidecars that failed at the same moment. */
export function backoffMs(tries: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** tries)
}

/** False when the caller left meanwhile. */
export function wait(ms: number, caller: CallerStream): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      forget()
      resolve(true)
    }, ms)
    const forget = caller.onGone(() => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}
