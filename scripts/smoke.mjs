// Starts what is given as a user would, asks the simulated provider once, and stops it with Ctrl-C.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [entry = 'cli/sidelight.mjs'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'sidelight-smoke-'))
const environment = {
  PATH: process.env.PATH,
  SIDELIGHT_LISTEN: '127.0.0.1:0',
  SIDELIGHT_ADMIN: '127.0.0.1:0',
  SIDELIGHT_WAREHOUSE_LISTEN: '127.0.0.1:0',
  SIDELIGHT_STATE_DIR: folder,
}
const child = spawn(process.execPath, [entry, 'up'], {
  env: environment,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000)

let printed = ''
const origin = await new Promise((resolve, reject) => {
  child.stdout.on('data', (chunk) => {
    printed += chunk
    const found = /(http:\/\/127\.0\.0\.1:\d+)\/v1\/chat\/completions/.exec(printed)
    if (found !== null) resolve(found[1])
  })
  child.on('exit', (code) => reject(new Error(`it ended with ${code} before it served:\n${printed}`)))
})
const answer = await fetch(`${origin}/v1/chat/completions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello!' }] }),
})
const body = await answer.json()
child.removeAllListeners('exit')
const ended = new Promise((resolve) => child.on('exit', resolve))
child.kill('SIGINT')
const code = await ended
clearTimeout(deadline)
const segments = readdirSync(join(folder, 'spool')).filter((name) => name.endsWith('.seg'))
rmSync(folder, { recursive: true, force: true })

const problems = [
  answer.status === 200 ? '' : `the first request was answered with ${answer.status}`,
  body.choices?.[0]?.message?.content ? '' : 'the answer has no content',
  code === 0 ? '' : `it ended with ${code}`,
  segments.length === 1 ? '' : `${segments.length} segments in the spool instead of one`,
].filter((problem) => problem !== '')
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`)
  process.exit(1)
}
process.stdout.write(`${entry}: starts, answers, records, stops\n`)
