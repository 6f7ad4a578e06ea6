import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { echoUpstream } from '../testing/echo-upstream.ts'
import { fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')

/** Values that stand nowhere else, each in another place of a request. */
const canaries = [
  'system.canary1@leaktest.example.org',
  'user.canary2@leaktest.example.org',
  'tool.canary3@leaktest.example.org',
  'result.canary4@leaktest.example.org',
  'header.canary5@leaktest.example.org',
  'query.canary6@leaktest.example.org',
  'customer.canary7@leaktest.example.org',
  'enduser.canary8@leaktest.example.org',
  'schema.canary9@leaktest.example.org',
  'meta.canary10@leaktest.example.org',
  'blocked.canary11@leaktest.example.org',
  'tag.canary12@leaktest.example.org',
  'comment.canary13@leaktest.example.org',
] as const
const [system, user, tool, result, header, query, customer, endUser, schema, meta, blocked, tag, comment] =
  canaries
const mark = /canary\d+/

const configOf = (echo: string, refusing: string, listen: string) => `
log: { level: debug }
warehouse: { listen: '${listen}' }
content: { store: masked }
providers:
  echo: { kind: openai, baseUrl: '${echo}/v1', keyEnv: K }
  claude: { kind: anthropic, baseUrl: '${echo}', keyEnv: K }
  google: { kind: gemini, baseUrl: '${echo}', keyEnv: K }
  refusing: { kind: openai, baseUrl: '${refusing}/v1', keyEnv: K }
routes:
  r: { candidates: [{ provider: echo, model: m }], mask: { default: mask } }
  c: { candidates: [{ provider: claude, model: m }], mask: { default: mask } }
  g: { candidates: [{ provider: google, model: m }], mask: { default: mask } }
  no: { candidates: [{ provider: refusing, model: m }], mask: { default: mask }, retries: { max: 0 } }
  blocks: { candidates: [{ provider: echo, model: m }], mask: { default: block } }
`

const schemaOf = { type: 'object', properties: { to: { type: 'string', default: schema } } }

/** A conversation with a value wherever one can stand. */
function bodyOf(model: string, more: object = {}) {
  const call = { name: 'look', arguments: JSON.stringify({ to: tool }) }
  return {
    model,
    user: endUser,
    metadata: { note: meta },
    messages: [
      { role: 'system', content: `Help ${system}.` },
      { role: 'user', content: `Look for ${user}.` },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: call }] },
      { role: 'tool', tool_call_id: 'c1', content: JSON.stringify({ email: result }) },
      { role: 'user', content: `Repeat ${user} and ${result}.` },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters: schemaOf } }],
    ...more,
  }
}

test('no value reaches a provider, a log, a metric, a file, the warehouse, an explanation or an error', async () => {
  await using echo = await echoUpstream()
  await using refusing = await fakeUpstream((_request, index) =>
    httpJson(
      { error: { message: 'no', type: 'x', code: 'y' } },
      { status: [401, 429, 500, 400][index % 4] ?? 500 },
    ),
  )
  await using folder = await tempDir()
  const listen = `127.0.0.1:${await freePort()}`
  await writeFile(folder.file('sidelight.yaml'), configOf(echo.origin, refusing.origin, listen))
  const env = {
    SIDELIGHT_CONFIG: undefined,
    SIDELIGHT_LISTEN: '127.0.0.1:0',
    SIDELIGHT_ADMIN: '127.0.0.1:0',
    K: 'k',
  }
  const run = spawnProcess([nodeCommand, main, 'up'], { cwd: folder.path, env })
  try {
    const [, origin = ''] = await run.waitFor(/Anthropic, Gemini base URL +(http:\S+)/, 60_000)
    const [, admin = ''] = await run.waitFor(/ {2}admin +(http:\S+)/, 60_000)
    const ids: string[] = []
    const errors: string[] = []
    const answers: string[] = []
    const send = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }
      const response = await fetch(`${origin}${path}`, init)
      const text = await response.text()
      ids.push(response.headers.get('x-sidelight-request-id') ?? '')
      if (response.status >= 400) errors.push(text)
      else answers.push(text)
      return text
    }
    const hints = {
      'x-sidelight-customer': customer,
      'x-sidelight-tags': `owner=${tag}`,
      'x-contact': header,
    }
    const content = `Write to ${user}.`
    for (const model of ['r', 'c', 'g']) {
      await send('/v1/chat/completions', bodyOf(model), hints)
      await send('/v1/chat/completions', bodyOf(model, { stream: true }), hints)
      await send('/v1/responses', { model, input: content, stream: true }, hints)
      await send(
        '/v1/messages',
        { model, max_tokens: 9, system, messages: [{ role: 'user', content }] },
        hints,
      )
    }
    await send('/v1beta/models/g:streamGenerateContent', {
      contents: [{ role: 'user', parts: [{ text: content }] }],
    })
    await send('/v1/embeddings', { model: 'r', input: [content] })
    await send('/v1/moderations', { model: 'r', input: content })
    await send(`/v1/chat/completions?for=${query}`, bodyOf('r'))
    for (let turn = 0; turn < 4; turn += 1) await send('/v1/chat/completions', bodyOf('no'))
    await send('/v1/chat/completions', { model: 'blocks', messages: [{ role: 'user', content: blocked }] })
    await send('/v1/files', { purpose: blocked })
    await send('/v1/feedback', { request_id: ids[0], name: 'thumbs', value: 1, comment })
    assert.ok(answers.length >= 14, errors.join('\n'))
    assert.ok(answers.filter((text) => mark.test(text)).length >= 12, 'callers get their values back')
    assert.ok(errors.length >= 7)

    const sinks = new Map<string, string>([['errors', errors.join('\n')]])
    const requests = [...echo.requests, ...refusing.requests]
    sinks.set(
      'upstream',
      requests.map(({ rawHeaders, path, bodyText }) => `${path} ${rawHeaders} ${bodyText}`).join('\n'),
    )
    for (const path of ['/metrics', '/policy', '/console/', '/healthz', '/readyz'])
      sinks.set(path, await (await fetch(`${admin}${path}`)).text())
    for (const id of ids) sinks.set(`explain ${id}`, await (await fetch(`${admin}/explain/${id}`)).text())
    const ask = async (sql: string) =>
      (await fetch(`http://${listen}/?query=${encodeURIComponent(sql)}`)).text()
    const stored = async () => Number(await ask('SELECT count() FROM sidelight.contents'))
    for (let tries = 0; tries < 300 && !((await stored()) >= 14); tries += 1) await sleep(100)
    assert.ok(
      (await stored()) >= 14,
      `masked text is stored: ${await ask('SELECT count() FROM sidelight.contents')}`,
    )
    assert.match(await ask('SELECT prompt, answer FROM sidelight.contents'), /EMAIL_1|EMAIL: redacted/)
    const counted = await ask("SELECT sum(pii_counts['in.EMAIL']) FROM sidelight.requests")
    assert.ok(Number(counted) > 20, counted)
    const tables = (await ask("SELECT name FROM system.tables WHERE database = 'sidelight'"))
      .trim()
      .split('\n')
    for (const table of tables)
      sinks.set(`table ${table}`, await ask(`SELECT * FROM sidelight.\`${table}\` FORMAT JSONEachRow`))
    await run.stop()
    sinks.set('output', run.stdout + run.stderr)
    for (const file of await readdir(folder.file('.sidelight'), { recursive: true, withFileTypes: true })) {
      if (file.isFile())
        sinks.set(
          join(file.parentPath, file.name),
          await readFile(join(file.parentPath, file.name), 'latin1'),
        )
    }
    const leaks = [...sinks].flatMap(([name, text]) => {
      const found = mark.exec(text)
      return found === null ? [] : [`${name}: ${found[0]}`]
    })
    assert.deepEqual(leaks, [])
  } finally {
    await run.stop()
  }
})
