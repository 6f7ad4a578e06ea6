import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from './commands.ts'
import { helpTopics, overview } from './help-topics.ts'
import { wrap } from './wrap.ts'

const columns = 80
const nameWidth = 11
const meaningAt = 22

type Commands = Readonly<Record<string, Command>>

/** All commands, or what there is to say of one. */
export function helpText(commands: Commands, about?: string): string {
  const command = about === undefined ? undefined : commands[about]
  const topic = about === undefined ? undefined : helpTopics[about]
  if (command !== undefined && topic !== undefined)
    return [wrap(`sidelight ${about}: ${command.summary}`, columns, 2), '', ...topic.map(wrapped)].join('\n')
  return [
    'Sidelight: the observability-first sidecar and analytics warehouse',
    'for LLM traffic',
    '',
    'Usage: sidelight <command> [options]',
    '',
    ...Object.entries(commands).map(([name, { summary }]) =>
      wrap(`  ${name.padEnd(nameWidth)} ${summary}`, columns, nameWidth + 3),
    ),
    '',
    ...overview,
  ].join('\n')
}

/** What an option means goes on below where it began. */
export function wrapped(line: string): string {
  return wrap(line, columns, line.startsWith('  ') ? meaningAt : 0)
}

export async function runHelp(commands: Commands, [about]: readonly string[]): Promise<number> {
  process.stdout.write(`${helpText(commands, about)}\n`)
  return 0
}

export async function runVersion(): Promise<number> {
  const file = join(import.meta.dirname, '..', 'package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  process.stdout.write(`sidelight ${version}\n`)
  return 0
}
