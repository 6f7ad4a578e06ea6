// Plain JavaScript: runs on whatever Node.js the machine has, before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isWindows = process.platform === 'win32'
const node = join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node')
const stamp = join(root, 'node_modules', '.sidelight-lock')
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Sidelight is installed with Node.js 20 or later; this is ${process.version}.`)
}
if (!isInstalled()) install()

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && runtimeMajor() === 24
}

function runtimeMajor() {
  if (!existsSync(node)) return 0
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8', shell: isWindows })
  return Number(/^v(\d+)/.exec(asked.stdout ?? '')?.[1] ?? 0)
}

function install() {
  process.stderr.write('Installing what the lock file names (once; about half a minute) …\n')
  installPackages()
  // Where install scripts are switched off, the pinned Node.js has not been put in its place yet.
  if (runtimeMajor() !== 24)
    run(process.execPath, ['installArchSpecificPackage.js'], join(root, 'node_modules', 'node'))
  if (runtimeMajor() !== 24) {
    fail(
      [
        'The pinned Node.js 24 (the npm package `node`) could not be installed.',
        'Try `npm rebuild node`, or put a Node.js 24 of your own first on PATH and run `node cli/main.ts up`.',
      ].join('\n'),
    )
  }
  writeFileSync(stamp, lock)
}

function installPackages() {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const first = run('npm', ['ci', ...quiet])
  if (first.status === 0) return
  // Versions of npm differ in what they expect a lock to say of packages for other platforms.
  if (first.stderr.includes('EUSAGE')) {
    process.stderr.write('`npm ci` does not accept the lock file here; trying `npm install --no-save`.\n')
    if (run('npm', ['install', '--no-save', ...quiet]).status === 0) return
  }
  fail(
    [
      '`npm ci` failed; its own message stands above. What helps:',
      '  - no network or a proxy: `npm ping` must work; `npm config get registry` names the registry',
      '  - a broken cache or half an install: `rm -rf node_modules && npm cache verify`, then again',
      '  - no right to write: run it in a folder of your own',
    ].join('\n'),
  )
}

function run(command, args, cwd = root) {
  const done = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 2, 'pipe'],
    encoding: 'utf8',
    shell: isWindows,
    maxBuffer: 64 * 1024 * 1024,
  })
  process.stderr.write(done.stderr ?? done.error?.message ?? '')
  return { status: done.status, stderr: done.stderr ?? '' }
}

function fail(message) {
  process.stderr.write(`\n${message}\n`)
  process.exit(1)
}
