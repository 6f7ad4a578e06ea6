/**
 * npm test [-- pattern …]: all tests, or those whose path contains one of the patterns. With --slowest, where the time
 * went, file by file.
 *
 * Unit tests share one process. Those that start processes are isolated, two at a time. What takes minutes
 * (*.long.test.ts) runs with --long only. With --again, only the files in which something failed the last time, one by
 * one: what fails twice in a row is no matter of a busy machine. The last lines are the summary of node's test runner.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { isIntegration, isLong, testFiles } from './test-files.ts'

const atOnce = 2
const root = join(import.meta.dirname, '..')
const { positionals: patterns, values } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    slowest: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
  },
})
const wanted = (await testFiles(root))
  .filter((file) => isLong(file) === values.long)
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
if (wanted.length === 0) {
  process.stderr.write(`no test file matches ${patterns.join(', ') || 'this run'}\n`)
  process.exit(patterns.length === 0 ? 0 : 1)
}

const isAlone = (file: string) => isIntegration(file) || isLong(file)
const unit = wanted.filter((file) => !isAlone(file)).map((file) => join(root, file))
const alone = wanted.filter(isAlone).map((file) => join(root, file))
process.stdout.write(`${unit.length} files of unit tests, ${alone.length} files of their own process\n`)

process.chdir(root)
process.env['UNIT_TEST_FILES'] = JSON.stringify(unit)
// Some ninety processes load the same files: what one has compiled the others take, at half the CPU of a start.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'sidelight-tests')
const failedList = join(root, 'node_modules', '.cache', 'sidelight-failed-tests.json')
const failedBefore = (): string[] =>
  existsSync(failedList) ? (JSON.parse(readFileSync(failedList, 'utf8')) as string[]) : []
const files = values.again
  ? failedBefore()
  : [...(unit.length > 0 ? [join(import.meta.dirname, 'unit-tests.ts')] : []), ...alone]
if (values.again && files.length === 0) {
  process.stderr.write('nothing is known to have failed\n')
  process.exit(1)
}
if (values.again)
  process.stdout.write(`once more, alone: ${files.map((file) => relative(root, file)).join(', ')}\n`)
const skipped: string[] = []
// Long ones measure: a neighbour would disturb them.
const events = run({
  files,
  concurrency: values.long || values.again ? 1 : atOnce,
  // A socket left open by a test that failed must not keep the run from ending.
  forceExit: true,
  timeout: values.long || values.again ? 30 * 60_000 : 120_000,
})
events.on('test:pass', ({ name, skip }) => {
  if (skip !== undefined) skipped.push(`  ${name}: ${skip === true ? 'no reason given' : skip}\n`)
})
const took: [file: string, ms: number][] = []
const failed: string[] = []
events.on('test:summary', ({ file, success, duration_ms: ms }) => {
  if (file !== undefined) took.push([file, ms])
  if (file !== undefined && !success) failed.push(file)
  if (file === undefined && !success) process.exitCode = 1
})

const report = events.compose(new spec())
for await (const part of report) {
  // The summary comes last, so that whoever looks at the end sees it.
  if (skipped.length > 0 && String(part).includes('ℹ tests ')) {
    process.stdout.write(`\nskipped, and why:\n${skipped.splice(0).join('')}\n`)
  }
  process.stdout.write(part)
}

if (values.slowest) {
  for (const [file, ms] of took.sort(([, a], [, b]) => b - a).slice(0, 40))
    process.stdout.write(`${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(root, file)}\n`)
}

mkdirSync(dirname(failedList), { recursive: true })
writeFileSync(failedList, JSON.stringify(failed))
