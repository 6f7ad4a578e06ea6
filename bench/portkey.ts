import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { type Mock, untilReady, type Variant, variantOf } from './variants.ts'

const version = '1.15.2'
/** With what npm resolves today this version answers 500 to every stream. */
const overrides = { hono: '4.9.7', '@hono/node-server': '1.13.5' }
const folder = join(tmpdir(), `sidelight-bench-portkey-${version}`)
const entry = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js')
const installTimeoutMs = 180_000

/** Installs the competitor into a temporary folder, once; it never becomes a dependency. */
async function install(): Promise<void> {
  if (existsSync(entry)) return
  await mkdir(folder, { recursive: true })
  const manifest = { private: true, dependencies: { '@portkey-ai/gateway': version }, overrides }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  await using npm = spawnProcess(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
  })
  const timer = setTimeout(() => npm.signal('SIGTERM'), installTimeoutMs)
  const { code } = await npm.exit
  clearTimeout(timer)
  if (code !== 0) throw new Error(`npm could not install @portkey-ai/gateway:\n${npm.stderr.slice(-1500)}`)
}

export async function startPortkey(mock: Mock): Promise<Variant> {
  await install()
  const port = await freePort()
  const command = [nodeCommand, entry, '--headless', `--port=${port}`]
  const process = spawnProcess(command, { cwd: folder, env: { NODE_ENV: 'production' } })
  await untilReady(`http://127.0.0.1:${port}/`, process)
  const headers = {
    authorization: 'Bearer none',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${mock.origin}/v1`,
  }
  return variantOf({ name: 'portkey', port, process, headers })
}
