import { parseArgs } from 'node:util'
import { outliveReaders } from './broken-pipes.ts'
import { type Command, commands } from './commands.ts'
import { describeFailure, isWrongUse, unknownCommand } from './failure.ts'

outliveReaders()

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
    config: { type: 'string' },
  },
})
const [first] = positionals
const isHelp = values.help === true && (first === undefined || Object.hasOwn(commands, first))
const alone = values.version === true ? 'version' : 'help'
const name = isHelp ? 'help' : (first ?? alone)
const command: Command | undefined = Object.hasOwn(commands, name) ? commands[name] : undefined

if (command === undefined) {
  process.stderr.write(`${unknownCommand(name, Object.keys(commands))}\n`)
  process.exitCode = 2
} else {
  const args = isHelp ? positionals : process.argv.slice(2)
  const at = args.indexOf(name)
  try {
    process.exitCode = await command.run(at < 0 ? args : args.toSpliced(at, 1), process.env)
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    // Servers that did start would keep the process alive.
    process.exit(isWrongUse(error) ? 2 : 1)
  }
}
