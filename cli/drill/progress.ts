import type { Shot } from './shot.ts'

interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Where the drill is: one line that changes on a terminal, a line now and then elsewhere. */
export function createProgress(stream: Terminal, quarters = 4) {
  const isTerminal = stream.isTTY === true
  let told = 0
  return {
    show(done: number, of: number, { route, scenario }: Shot): void {
      if (isTerminal) {
        const text = `drill  ${bar(done / of)} ${done} of ${of}  ${route}: ${scenario.what}`
        stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 80) - 1)}`)
        return
      }
      const quarter = Math.floor((done / of) * quarters)
      if (quarter === told) return
      told = quarter
      stream.write(`drill: ${done} of ${of} requests\n`)
    },
    end(): void {
      if (isTerminal) stream.write('\r\u001b[K')
    },
  }
}

const barWidth = 20

function bar(share: number): string {
  const full = Math.round(share * barWidth)
  return '━'.repeat(full) + '─'.repeat(barWidth - full)
}
