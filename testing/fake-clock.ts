/** A clock that moves only when told, with timers that fire in order while it moves. */
export interface FakeClock {
  now(): number
  setTimer(run: () => void, delayMs: number): FakeTimer
  sleep(delayMs: number): Promise<void>
  /** Moves time on, firing what falls due; awaits microtasks between timers so promises can follow up. */
  advance(byMs: number): Promise<void>
  readonly pending: number
}

export interface FakeTimer {
  clear(): void
}

interface Entry {
  readonly dueMs: number
  readonly order: number
  readonly run: () => void
}

export function fakeClock(startMs = Date.UTC(2026, 11, 1)): FakeClock {
  let nowMs = startMs
  let order = 0
  const entries = new Set<Entry>()

  const setTimer = (run: () => void, delayMs: number): FakeTimer => {
    const entry = { dueMs: nowMs + Math.max(0, delayMs), order: order++, run }
    entries.add(entry)
    return { clear: () => entries.delete(entry) }
  }

  const nextDue = (untilMs: number): Entry | undefined => {
    let first: Entry | undefined
    for (const entry of entries) {
      if (entry.dueMs > untilMs) continue
      if (!first || entry.dueMs < first.dueMs || (entry.dueMs === first.dueMs && entry.order < first.order)) {
        first = entry
      }
    }
    return first
  }

  const advance = async (byMs: number) => {
    const untilMs = nowMs + byMs
    for (let entry = nextDue(untilMs); entry; entry = nextDue(untilMs)) {
      entries.delete(entry)
      nowMs = entry.dueMs
      entry.run()
      await new Promise(setImmediate)
    }
    nowMs = untilMs
  }

  return {
    now: () => nowMs,
    setTimer,
    sleep: (delayMs) => new Promise((resolve) => setTimer(resolve, delayMs)),
    advance,
    get pending() {
      return entries.size
    },
  }
}
