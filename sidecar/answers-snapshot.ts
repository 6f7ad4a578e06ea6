import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import type { AnswerCache } from './cache/answer-cache.ts'
import { readSnapshot, writeSnapshot } from './cache/snapshot.ts'
import type { Log } from './observe/log.ts'

export interface Snapshotting {
  /** Before the first request. */
  load(): Promise<void>
  /** Writes once more, and no more after that. */
  stop(): Promise<void>
}

const nothing: Snapshotting = { load: async () => {}, stop: async () => {} }

/** Keeps the answers of one process on disk, where the configuration asks for it and names a key. */
export function snapshotting(
  answers: AnswerCache,
  from: { config: Config; environment: Environment; log: Log; worker: number; nowMs: () => number },
): Snapshotting {
  const { config, environment, log, worker, nowMs } = from
  const { snapshot } = config.cache
  const hex = snapshot === undefined ? '' : (environment[snapshot.keyEnv] ?? '')
  if (snapshot === undefined || !/^[0-9a-fA-F]{64}$/.test(hex)) return nothing
  const key = Buffer.from(hex, 'hex')
  const file = `${config.stateDir}/cache/answers-${worker}.snapshot`
  let writing: Promise<void> = Promise.resolve()
  const write = () => {
    writing = writing
      .then(() => writeSnapshot(answers, file, key))
      .then(() => {})
      .catch((error: NodeJS.ErrnoException) =>
        log.warn('the cache could not be written to disk', { code: error.code ?? error.name }),
      )
    return writing
  }
  const timer = setInterval(write, snapshot.every)
  timer.unref()
  return {
    async load() {
      const count = await readSnapshot(answers, file, { key, nowMs: nowMs() })
      if (count > 0) log.info('answers came back from disk', { entries: count })
    },
    async stop() {
      clearInterval(timer)
      await write()
    },
  }
}
