interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** What is being done, on one line of a terminal; elsewhere nothing, for the rows of `eval_runs` say it. */
export function createRunProgress(stream: Terminal) {
  const isTerminal = stream.isTTY === true
  return {
    show(text: string): void {
      if (isTerminal) stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 80) - 1)}`)
    },
    end(): void {
      if (isTerminal) stream.write('\r\u001b[K')
    },
  }
}
