import { parseArgs } from 'node:util'
import { outliveReaders } from './broken-pipes.ts'
import { type Command, commands } from './commands.ts'
import { describeFailure, unknownCommand } from './failure.ts'

outliveReaders()

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { help: { type: 'boolean', short: 'h' }, config: { type: 'string' } },
})
const name = values.help === true ? 'help' : (positionals[0] ?? 'help')
const command: Command | undefined = commands[name]

if (command === undefined) {
  process.stderr.write(`${unknownCommand(name, Object.keys(commands))}\n`)
  process.exitCode = 2
} else {
  const args = process.argv.slice(2)
  const at = args.indexOf(name)
  try {
    process.exitCode = await command.run(at < 0 ? args : args.toSpliced(at, 1), process.env)
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    // Servers that did start would keep the process alive.
    process.exit(1)
  }
}
