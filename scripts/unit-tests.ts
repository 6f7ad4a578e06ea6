// All unit tests in one process: a process per file would cost more than the tests themselves.
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const files = JSON.parse(process.env['UNIT_TEST_FILES'] ?? '[]') as string[]

// Tests begin as soon as they are known, and the process ends when those known are done: the first one waits
// for the rest. It must not start the loading itself, or all tests would become its children.
const loading = load()
test(`all ${files.length} files of unit tests can be loaded`, () => loading)

async function load(): Promise<void> {
  const errors: unknown[] = []
  for (const file of files) {
    await import(pathToFileURL(file).href).catch((error: unknown) => errors.push(error))
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'several files')
}
