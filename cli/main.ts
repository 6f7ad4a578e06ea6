import { parseArgs } from 'node:util'
import { ConfigError } from '../contract/config/load.ts'
import { type Command, commands } from './commands.ts'

const { positionals } = parseArgs({ allowPositionals: true, strict: false })
const [name = 'help'] = positionals
const command: Command | undefined = commands[name]

if (command === undefined) {
  process.stderr.write(
    `sidelight: no command is called ${JSON.stringify(name)}. Commands: ${Object.keys(commands).join(', ')}\n`,
  )
  process.exitCode = 2
} else {
  try {
    process.exitCode = await command.run(
      process.argv.slice(2).filter((argument) => argument !== name),
      process.env,
    )
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    // Servers that did start would keep the process alive.
    process.exit(1)
  }
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return `sidelight: the configuration is not valid\n${error.message}`
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const { address, port } = error as Error & { address?: string; port?: number }
    return `sidelight: ${address}:${port} is in use. Stop what listens there, or set another address (SIDELIGHT_LISTEN, SIDELIGHT_ADMIN).`
  }
  return `sidelight: ${error instanceof Error ? error.message : String(error)}`
}
