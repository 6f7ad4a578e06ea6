import { distance } from 'fastest-levenshtein'
import { ConfigError } from '../contract/config/problem.ts'

/** A command was called in a way that it does not know: exit code 2. */
export class UsageError extends Error {}

export function isWrongUse(error: unknown): boolean {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

/** What a user reads when a command could not do its work: what is wrong, then how to mend it. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) {
    const count = error.problems.length
    return [
      `sidelight: the configuration is not valid (${count} problem${count === 1 ? '' : 's'})`,
      ...error.message.split('\n').map((line) => `  ${line}`),
    ].join('\n')
  }
  if (!(error instanceof Error)) return `sidelight: ${String(error)}`
  return `sidelight: ${systemHelp(error) ?? error.message}`
}

function systemHelp(error: Error & { code?: string; address?: string; port?: number; path?: string }) {
  const where = `${error.address}:${error.port}`
  switch (error.code) {
    case 'EADDRINUSE':
      return [
        `${where} is in use.`,
        '  Is Sidelight running already? Then stop that one, or choose other addresses and another directory:',
        '  SIDELIGHT_LISTEN=127.0.0.1:4200 SIDELIGHT_ADMIN=127.0.0.1:4201 \\',
        '  SIDELIGHT_WAREHOUSE_LISTEN=127.0.0.1:4202 SIDELIGHT_STATE_DIR=.sidelight-2 npm start',
      ].join('\n')
    case 'EADDRNOTAVAIL':
      return `${where} is no address of this machine: mend \`listen\` or \`admin\``
    case 'EACCES':
      return error.port === undefined
        ? `no right to write ${error.path ?? 'there'}: mend \`stateDir\` (SIDELIGHT_STATE_DIR)`
        : `no right to listen on ${where}: ports under 1024 are the administrator's`
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return `${error.message.split('. ')[0]}; \`sidelight help <command>\` lists the options`
    default:
      return undefined
  }
}

export function unknownCommand(name: string, known: readonly string[]): string {
  const [nearest] = [...known].sort((a, b) => distance(a, name) - distance(b, name))
  const isNear = nearest !== undefined && distance(nearest, name) <= 2
  return [
    `sidelight: no command is called ${JSON.stringify(name.slice(0, 40))}${isNear ? `; did you mean ${nearest}?` : ''}`,
    `Commands: ${known.join(', ')}. \`sidelight help\` says what they do.`,
  ].join('\n')
}
