import type { Answer, Context } from '../../context.ts'
import { usageTap } from '../../streaming/usage-tap.ts'
import { accepts, decoding, isDecodable } from '../../upstream/decode.ts'
import type { BodyListener } from '../../upstream/exchange.ts'
import { headersForCaller } from '../../upstream/headers.ts'
import { ownHeaders } from './headers.ts'

/** Bytes go through as they come. Usage is read where the answer happens to state it. */
export function relayOpaque(context: Context, answer: Extract<Answer, { kind: 'opaque' }>): Promise<void> {
  const { head, exchange, attempt, lane } = answer
  const { caller } = context
  const tap = usageTap(String(head.headers['content-type'] ?? ''))
  const encoding = String(head.headers['content-encoding'] ?? '')
  const isDecoded = isDecodable(encoding) && !accepts(context.req.headers['accept-encoding'], encoding)
  const headers = headersForCaller(head.rawHeaders, { changed: isDecoded })
  headers.push(...ownHeaders(context))
  context.httpStatus = head.status
  caller.commit(head.status, headers)
  return new Promise((resolve) => {
    let idle: NodeJS.Timeout | undefined
    const watch = () => {
      clearTimeout(idle)
      idle = setTimeout(() => exchange.abort('idle_timeout'), attempt.candidate.timeouts.idleMs)
    }
    const over = (outcome: Context['outcome'], attemptOutcome: string) => {
      attempt.endedAt = performance.now()
      attempt.outcome = attemptOutcome
      const json = tap.json()
      const summary = json === undefined ? undefined : lane.summarize(json)
      attempt.usage = summary?.usage ?? (head.status < 400 ? lane.impliedUsage : undefined)
      attempt.modelReported = summary?.model ?? ''
      if (outcome === 'error')
        attempt.errorCode = lane.readFault(head.status, head.headers as Record<string, string>, json).code
      context.outcome = outcome
      clearTimeout(idle)
      forget()
      resolve()
    }
    const forget = caller.onGone(() => {
      over('client_abort', 'aborted')
      exchange.abort('aborted')
    })
    if (caller.isGone) return
    caller.onDrain(() => {
      watch()
      exchange.resume()
    })
    watch()
    const listener: BodyListener = {
      onData(chunk) {
        attempt.firstContentAt ??= performance.now()
        tap.take(chunk)
        if (caller.write(chunk)) {
          idle?.refresh()
          return
        }
        // While the caller does not read, the provider's silence is our doing.
        clearTimeout(idle)
        exchange.pause()
      },
      onEnd() {
        caller.end()
        over(head.status < 400 ? 'ok' : 'error', head.status < 400 ? 'answered' : 'request')
      },
      onFailure(failure) {
        if (caller.isGone) return
        attempt.errorCode = failure.code
        attempt.trial.failed({ class: 'outage', status: 0, code: failure.code, message: '' })
        // There is no way to say it inside an unknown body: a cut connection is honest, a clean end is not.
        over('truncated', 'truncated')
        caller.destroy()
      },
    }
    exchange.listen(isDecoded ? decoding(encoding, listener) : listener)
  })
}
