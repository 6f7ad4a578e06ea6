import type { Engine } from './engine.ts'

export interface Health {
  /** Undefined when well, else why not. */
  check(): Promise<string | undefined>
}

/**
 * Asks the engine on a session of its own: behind a slow query a ping would wait for that. Many probes at
 * once are one question.
 */
export function createHealth(engine: Engine, options: { readonly limitMs: number }): Health {
  let asking: Promise<string | undefined> | undefined
  const ask = async () => {
    const session = engine.open()
    try {
      await session.run('SELECT 1')
      return undefined
    } catch {
      return 'The engine does not answer'
    } finally {
      await session.close()
    }
  }
  return {
    check() {
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return within(asking, options.limitMs)
    },
  }
}

async function within(answer: Promise<string | undefined>, limitMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('The engine is too slow to answer'), limitMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
