// Starts what is given as a user would, asks the simulated provider once, looks for the record in the warehouse,
// and stops it with Ctrl-C.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [entry = 'cli/sidelight.mjs'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'sidelight-smoke-'))
const warehouse = `127.0.0.1:${await freePort()}`
const environment = {
  PATH: process.env.PATH,
  SIDELIGHT_LISTEN: '127.0.0.1:0',
  SIDELIGHT_ADMIN: '127.0.0.1:0',
  SIDELIGHT_WAREHOUSE_LISTEN: warehouse,
  SIDELIGHT_STATE_DIR: folder,
}
const child = spawn(process.execPath, [entry, 'up'], {
  env: environment,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const deadline = setTimeout(() => child.kill('SIGKILL'), 120_000)

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
const row = await rowOf(answer.headers.get('x-sidelight-request-id'))
const ended = new Promise((resolve) => child.on('exit', resolve))
child.kill('SIGINT')
const code = await ended
clearTimeout(deadline)
rmSync(folder, { recursive: true, force: true })

const problems = [
  answer.status === 200 ? '' : `the first request was answered with ${answer.status}`,
  body.choices?.[0]?.message?.content ? '' : 'the answer has no content',
  code === 0 ? '' : `it ended with ${code}`,
  row === 'sim-fast' ? '' : `the warehouse says '${row}' of the request instead of its model`,
].filter((problem) => problem !== '')
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`)
  process.exit(1)
}
process.stdout.write(`${entry}: starts, answers, records, stops\n`)

/** The model in the request's row; '' when there is none after a minute. */
async function rowOf(id) {
  const query = `SELECT model FROM sidelight.requests WHERE request_id = '${id}'`
  for (let tries = 0; tries < 300; tries += 1) {
    const text = await fetch(`http://${warehouse}/`, { method: 'POST', body: query }).then(
      (response) => (response.ok ? response.text() : ''),
      () => '',
    )
    if (text !== '') return text.trim()
    await sleep(200)
  }
  return ''
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
