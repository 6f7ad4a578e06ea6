// npm run check: types, style, and whether generated files are current. All three are run, then the verdict.
import { spawnSync } from 'node:child_process'

const checks = [
  ['types', ['tsc', '-p', '.']],
  ['style', ['biome', 'check', '--error-on-warnings', '.']],
  ['generated files', ['node', 'scripts/generate.ts', '--check']],
]

const failed = checks.filter(([title, [command, ...args]]) => {
  const startedMs = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? '✔' : '✖'} ${title} (${seconds} s)\n`)
  return status !== 0
})
process.exitCode = failed.length === 0 ? 0 : 1
