/** Something wrong in the configuration, with its place. */
export interface ConfigProblem {
  readonly file: string
  /** Counts from 1; 0 where the value came from the environment. */
  readonly line: number
  /** Keys joined by dots; '' for the file itself. */
  readonly key: string
  /** What is wrong and how to mend it. Never holds a secret. */
  readonly message: string
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]
  constructor(found: readonly ConfigProblem[]) {
    const problems = found.toSorted((a, b) => a.line - b.line)
    super(problems.map(problemText).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

export function problemText({ file, line, key, message }: ConfigProblem): string {
  return [line === 0 ? file : `${file}:${line}`, key, message].filter((part) => part !== '').join(': ')
}
