import { parentPort, workerData } from 'node:worker_threads'

/** Runs patterns that no engine bounds: in a thread of its own that can be ended. */
interface Job {
  readonly source: string
  readonly text: string
  /** [0] is set to 1 when the answer is ready; [1] to the number of offsets; offsets follow. */
  readonly shared: SharedArrayBuffer
}

const patterns = new Map<string, RegExp>()

function patternOf(source: string): RegExp {
  const known = patterns.get(source)
  if (known !== undefined) return known
  const pattern = new RegExp(source, 'g')
  patterns.set(source, pattern)
  return pattern
}

parentPort?.on('message', ({ source, text, shared }: Job) => {
  const answer = new Int32Array(shared)
  let count = 0
  for (const match of text.matchAll(patternOf(source))) {
    if (2 + 2 * count + 1 >= answer.length) break
    answer[2 + 2 * count] = match.index
    answer[3 + 2 * count] = match.index + match[0].length
    count += 1
  }
  answer[1] = count
  Atomics.store(answer, 0, 1)
  Atomics.notify(answer, 0)
})

const ready = new Int32Array(workerData as SharedArrayBuffer)
Atomics.store(ready, 0, 1)
Atomics.notify(ready, 0)
