// npm run build: plain JavaScript in dist/, which starts faster and needs less memory than the .ts files.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const out = join(root, 'dist')
/** What is read as it is, not compiled. */
const assets = [
  'package.json',
  'contract/price-catalog.json',
  'dashboards/console/static',
  'sidecar/cache/language/english-words.bin',
  'sidecar/cache/language/english-frequent.txt',
  'cli/sidelight.mjs',
  'LICENSE',
  'NOTICE',
]

rmSync(out, { recursive: true, force: true })
const built = spawnSync('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (built.status !== 0) process.exit(1)
for (const asset of assets) {
  if (existsSync(join(root, asset))) cpSync(join(root, asset), join(out, asset), { recursive: true })
}
const files = readdirSync(out, { recursive: true }).filter((file) => String(file).endsWith('.js')).length
process.stdout.write(`dist: ${files} files. Run it with: node dist/cli/main.js up\n`)
