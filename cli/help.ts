import { commands } from './commands.ts'

export async function runHelp(): Promise<number> {
  const rows = Object.entries(commands).map(([name, command]) => `  ${name.padEnd(10)} ${command.summary}`)
  process.stdout.write(
    [
      'Sidelight: the observability-first sidecar and analytics warehouse for LLM traffic',
      '',
      'Usage: sidelight <command> [options]',
      '',
      ...rows,
      '',
      'Options of up, sidecar and check:',
      '  --config FILE   configuration (default: sidelight.yaml, or SIDELIGHT_CONFIG)',
      '',
    ].join('\n'),
  )
  return 0
}
