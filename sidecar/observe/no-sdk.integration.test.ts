import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCommand, spawnProcess } from '../../testing/spawn.ts'

/** Prints every module of OpenTelemetry that importing a file loads. */
async function loadedBy(file: string): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = new Set()
    registerHooks({ load: (url, context, next) => {
      const found = /@opentelemetry\\/([^/]+)/.exec(url)
      if (found !== null) loaded.add(found[1])
      return next(url, context)
    } })
    await import(${JSON.stringify(new URL(file, import.meta.url).href)})
    console.log('loaded=' + JSON.stringify([...loaded]) + ';')
    process.exit()
  `
  await using child = spawnProcess([nodeCommand, '--input-type=module', '--eval', script])
  const [, found] = await child.waitFor(/loaded=(.*);/, 20_000)
  return JSON.parse(found ?? '')
}

test('a sidecar without tracing loads nothing of OpenTelemetry', async () => {
  assert.deepEqual(await loadedBy('../main.ts'), [])
  assert.deepEqual(await loadedBy('./load-tracing.ts'), [])
})

test('the exporter loads it', async () => {
  const loaded = await loadedBy('./otel.ts')
  assert.ok(loaded.includes('sdk-trace') && loaded.includes('exporter-trace-otlp-http'), loaded.join())
})
