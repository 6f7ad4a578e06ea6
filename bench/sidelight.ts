import { writeFile } from 'node:fs/promises'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { type Mock, pathOf, untilReady, type Variant, variantOf } from './variants.ts'

/** What starts a sidecar; `--config FILE` follows. The second is what ships: emitted by `npm run build`.
 * The flags are those of `cli/sidelight.mjs`. */
const flags = ['--max-semi-space-size=16', '--no-parallel-scavenge']
const sourceCommand = [nodeCommand, ...flags, pathOf('../cli/main.ts'), 'sidecar']
const builtCommand = [nodeCommand, ...flags, pathOf('../dist/cli/main.js'), 'sidecar']

export interface SidelightOptions {
  readonly name: string
  readonly workers?: number
  readonly built: boolean
}

interface Addresses {
  readonly port: number
  readonly admin: number
  readonly mock: Mock
  readonly folder: string
}

/** Recording stays on: the records go to the spool in the state directory. */
function configText({ port, admin, mock, folder }: Addresses, workers: number | undefined): string {
  return [
    `listen: 127.0.0.1:${port}`,
    `admin: 127.0.0.1:${admin}`,
    `stateDir: ${folder}/state`,
    'providers:',
    `  mock: { kind: openai-compatible, baseUrl: ${mock.origin}/v1 }`,
    ...(workers === undefined ? [] : [`workers: ${workers}`]),
    'prices: { file: prices.yaml }',
    '',
  ].join('\n')
}

/** Every model of the mock has a price, so that every record has a cost to work out. */
function pricesText(): string {
  const models = ['json', 'stream', 'paced-200-5', 'paced-50-20', 'burst-500-0']
  const rates = 'valid_from: 2026-01-01, input: 1.25, cache_read: 0.125, output: 10'
  return ['prices:', ...models.map((model) => `  - { provider: mock, model: ${model}, ${rates} }`), ''].join(
    '\n',
  )
}

export async function startSidelight(mock: Mock, options: SidelightOptions): Promise<Variant> {
  const folder = await tempDir('sidelight-bench-')
  const addresses = { port: await freePort(), admin: await freePort(), mock, folder: folder.path }
  await writeFile(folder.file('sidelight.yaml'), configText(addresses, options.workers))
  await writeFile(folder.file('prices.yaml'), pricesText())
  const command = [
    ...(options.built ? builtCommand : sourceCommand),
    '--config',
    folder.file('sidelight.yaml'),
  ]
  const process = spawnProcess(command, { cwd: folder.path, env: { NODE_ENV: 'production' } })
  const admin = `http://127.0.0.1:${addresses.admin}`
  await untilReady(`${admin}/readyz`, process)
  const variant = {
    name: options.name,
    port: addresses.port,
    process,
    modelPrefix: 'mock/',
    metricsUrl: `${admin}/metrics`,
  }
  return variantOf(variant, () => folder[Symbol.asyncDispose]())
}
