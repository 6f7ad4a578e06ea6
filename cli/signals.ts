import type { Log } from '../sidecar/observe/log.ts'

/** npm passes on the Ctrl-C that the terminal has sent here as well: what follows so soon is the same wish. */
const sameSignalMs = 500

/** Resolves when somebody wants this process to end; ends it at once when they say so twice. */
export function untilSignal(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | undefined
    const onSignal = () => {
      if (firstMs === undefined) {
        firstMs = Date.now()
        resolve()
      } else if (Date.now() - firstMs > sameSignalMs) {
        log.warn('second signal: ending at once')
        process.exit(1)
      }
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
