import { parseArgs } from 'node:util'
import type { Environment } from '../contract/config/load.ts'
import { createCaller } from './demo/caller.ts'
import { burst, type Live, liveAtOnce, trickle } from './demo/live.ts'
import { offerOf } from './demo/offer.ts'
import { demoFlags, demoOptions } from './demo/options.ts'
import { UsageError } from './failure.ts'
import { logFor } from './log-for.ts'
import { untilSignal } from './signals.ts'

/** The traffic of `up --demo`, sent at a sidecar that runs somewhere: as of now, since only that one has a clock. */
export async function runDemo(args: readonly string[], environment: Environment): Promise<number> {
  const { history: _, requests, ...flags } = demoFlags
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...flags,
      requests: { ...requests, default: '2000' },
      url: { type: 'string', default: 'http://127.0.0.1:4100' },
      once: { type: 'boolean' },
    },
    strict: true,
  })
  const options = demoOptions({ ...values, history: demoFlags.history.default })
  const url = originOf(values.url)
  const offer = await offerOf(url, environment['SIDELIGHT_DEMO_KEY'])
  const ending = new AbortController()
  const caller = createCaller(url, liveAtOnce, environment['SIDELIGHT_DEMO_KEY'])
  const log = logFor({ log: { level: 'info', format: 'auto' } })
  void untilSignal(log).then(() => {
    ending.abort()
    caller.close()
  })
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say(`demo: asking ${offer.what} at ${url}`)
  const tally = new Tally()
  const live: Live = {
    caller,
    offer,
    seed: options.seed,
    signal: ending.signal,
    onAnswer: (s) => tally.add(s),
  }
  const startedAt = performance.now()
  await burst(
    { ...live, onDone: (done) => done % 500 === 0 && say(`demo: ${done} of ${options.requests}`) },
    options.requests,
  )
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  say(`demo: ${tally.text()} in ${seconds} s`)
  if (values.once !== true && options.perMinute > 0 && !ending.signal.aborted) {
    say(`demo: about ${options.perMinute / 60} a second from now on; Ctrl-C ends it`)
    await trickle(live, options.perMinute)
    say(`demo: ${tally.text()} in all`)
  }
  caller.close()
  return tally.answered > 0 || ending.signal.aborted || options.requests === 0 ? 0 : 1
}

function originOf(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('--url is the address of a sidecar, such as http://127.0.0.1:4100')
  if (url.protocol === 'https:') throw new UsageError('--url is http: sidecars stand beside who asks them')
  return url.origin
}

class Tally {
  answered = 0
  #failed = 0
  #none = 0

  add(status: number): void {
    if (status === 0) this.#none += 1
    else if (status < 400) this.answered += 1
    else this.#failed += 1
  }

  text(): string {
    return `${this.answered} answered, ${this.#failed} with an error, ${this.#none} without an answer`
  }
}
