import { setTimeout as sleep } from 'node:timers/promises'

/** Something that happens at its time; it may take longer than until the next. */
export interface Cue {
  readonly atMs: number
  act(): void | Promise<void>
  /** Nothing later begins before it has ended. */
  readonly holds?: boolean
}

export interface Playing {
  /** How many times faster than life. */
  readonly speed: number
  /** So many at once; when they are that many, the play waits for one to end. */
  readonly atOnce: number
  readonly signal: AbortSignal
  onDone?(count: number): void
}

/** Plays cues in the order of their time. Resolves when the last has ended, or soon after the signal. */
export async function play(cues: readonly Cue[], playing: Playing): Promise<void> {
  const { speed, atOnce, signal, onDone = () => {} } = playing
  const startedAt = performance.now()
  let running = 0
  let done = 0
  let onEnd = () => {}
  const ended = () => new Promise<void>((resolve) => (onEnd = resolve))
  for (const cue of cues) {
    if (signal.aborted) break
    const waitMs = startedAt + cue.atMs / speed - performance.now()
    if (waitMs >= 1) await sleep(waitMs, undefined, { signal }).catch(() => {})
    while (running >= atOnce) await ended()
    if (signal.aborted) break
    if (cue.holds === true) {
      await cue.act()
      continue
    }
    running += 1
    void Promise.resolve(cue.act()).then(() => {
      running -= 1
      done += 1
      onDone(done)
      onEnd()
    })
  }
  while (running > 0) await ended()
}
