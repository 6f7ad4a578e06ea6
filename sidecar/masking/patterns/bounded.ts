import { Worker } from 'node:worker_threads'
import { PatternTimeout } from './problem.ts'

/** Offsets of a pattern's matches, found in another thread within the deadline, or an error. */
export interface BoundedPatterns {
  find(source: string, text: string): readonly (readonly [number, number])[]
  close(): Promise<void>
}

/** A thread starts in some 40 ms, which is no time of the pattern's. */
const startMs = 2000
const matchesMost = 4096

const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export function createBoundedPatterns(deadlineMs: number): BoundedPatterns {
  let worker: Worker | undefined
  const start = () => {
    const ready = new SharedArrayBuffer(4)
    const started = new Worker(file, { workerData: ready })
    started.unref()
    // What kills it is known here already.
    started.on('error', () => {})
    Atomics.wait(new Int32Array(ready), 0, 0, startMs)
    return started
  }
  return {
    find(source, text) {
      worker ??= start()
      const shared = new SharedArrayBuffer(4 * (2 + 2 * matchesMost))
      const answer = new Int32Array(shared)
      worker.postMessage({ source, text, shared })
      if (Atomics.wait(answer, 0, 0, deadlineMs) === 'timed-out') {
        void worker.terminate()
        worker = undefined
        throw new PatternTimeout(`a pattern took more than ${deadlineMs} ms`)
      }
      return Array.from({ length: answer[1] ?? 0 }, (_, index) => [
        answer[2 + 2 * index] ?? 0,
        answer[3 + 2 * index] ?? 0,
      ])
    },
    async close() {
      await worker?.terminate()
      worker = undefined
    },
  }
}
