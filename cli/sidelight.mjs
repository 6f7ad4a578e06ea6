#!/usr/bin/env node
// Starts the CLI on the pinned Node.js 24, whatever Node.js the machine has.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const main = existsSync(join(here, 'main.js')) ? join(here, 'main.js') : join(here, 'main.ts')

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main)
} else {
  const node = join(here, '..', 'node_modules', '.bin', 'node')
  if (!existsSync(node)) {
    process.stderr.write('Sidelight needs Node.js 24. Run `npm ci` in its folder, which brings one.\n')
    process.exit(1)
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
}
