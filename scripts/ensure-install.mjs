// Plain JavaScript: runs on whatever Node.js the machine has, before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.sidelight-lock')
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')

if (!isInstalled()) install()

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && runtimeMajor() === 24
}

function runtimeMajor() {
  if (!existsSync(node)) return 0
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)/.exec(asked.stdout ?? '')?.[1] ?? 0)
}

function install() {
  process.stderr.write('Installing what the lock file names (once; about half a minute) …\n')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  // Where install scripts are switched off, the pinned Node.js has not been put in its place yet.
  if (runtimeMajor() !== 24)
    run(process.execPath, ['installArchSpecificPackage.js'], join(root, 'node_modules', 'node'))
  if (runtimeMajor() !== 24) {
    fail(
      'The pinned Node.js 24 could not be installed. Run `npm rebuild node`, or use a Node.js 24 of your own.',
    )
  }
  writeFileSync(stamp, lock)
}

function run(command, args, cwd = root) {
  const done = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (done.status !== 0) fail(`${command} ${args.join(' ')} failed; see above.`)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
