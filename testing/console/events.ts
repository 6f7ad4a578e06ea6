import { type ClientRequest, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ServerEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

export interface EventReader extends Disposable {
  readonly events: readonly ServerEvent[]
  readonly ended: boolean
  /** Waits until this many events of the kind are there. */
  until(event: string, count?: number): Promise<readonly ServerEvent[]>
  pause(): void
  resume(): void
  whenEnded(): Promise<void>
}

/** Reads server-sent events as they come, slowly when told to. */
export function readEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(url, { headers, agent: false }, (res) => {
      if (res.statusCode !== 200) {
        res.resume()
        return reject(new Error(`the answer was ${res.statusCode}`))
      }
      const events: ServerEvent[] = []
      let rest = ''
      let ended = false
      res.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        events.push(...blocks.flatMap(eventOf))
      })
      res.on('close', () => {
        ended = true
      })
      res.on('error', () => {})
      const wait = async (isDone: () => boolean, what: string) => {
        for (let tries = 0; !isDone(); tries += 1) {
          if (tries > 1000) throw new Error(`not within 10 s: ${what}; there are ${events.length} events`)
          await sleep(10)
        }
      }
      resolve({
        events,
        get ended() {
          return ended
        },
        async until(event, count = 1) {
          const found = () => events.filter((one) => one.event === event)
          await wait(() => found().length >= count, `${count} × ${event}`)
          return found()
        },
        pause: () => void res.pause(),
        resume: () => void res.resume(),
        whenEnded: () => wait(() => ended, 'the end'),
        [Symbol.dispose]: () => void sent.destroy(),
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

function eventOf(block: string): ServerEvent[] {
  // Other ends of lines than these are part of a value.
  const lines = block.split('\n')
  const field = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
  return block.startsWith(':') ? [] : [{ id: field('id'), event: field('event'), data: field('data') }]
}
