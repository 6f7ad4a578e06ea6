import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeUpstream, httpJson, httpStream } from '../../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'

const mail = 'jane.roe@example.org'

async function send(path: string, body: object, answer: object | string[]) {
  await using upstream = await fakeUpstream(Array.isArray(answer) ? httpStream(answer) : httpJson(answer))
  await using sidelight = await startTestSidecar(
    `
providers:
  p: { kind: ${path === '/v1/rerank' ? 'cohere' : 'openai'}, baseUrl: '${upstream.origin}/v1', keyEnv: K }
mask: { default: mask }
routes:
  r: { candidates: [{ provider: p, model: m }] }
`,
    { environment: { K: 'k' } },
  )
  const response = await fetch(`${sidelight.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'r', ...body }),
  })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  const [sent] = upstream.requests
  assert.doesNotMatch(sent?.bodyText ?? '', /jane/)
  return { text, sent: JSON.parse(sent?.bodyText ?? '') }
}

test('legacy completions, whole and streamed', async () => {
  const choice = (text: string, finish: string | null) => ({
    id: 'c',
    object: 'text_completion',
    choices: [{ index: 0, text, finish_reason: finish }],
  })
  const whole = await send('/v1/completions', { prompt: `to ${mail}` }, choice('for [EMAIL_1]!', 'stop'))
  assert.equal(whole.sent.prompt, 'to [EMAIL_1]')
  assert.equal(JSON.parse(whole.text).choices[0].text, `for ${mail}!`)
  const chunks = ['for [EM', 'AIL', '_1', ']!', ' [EMAIL'].map((text) => choice(text, null))
  const frames = [...chunks, choice('', 'stop')].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  const { text } = await send('/v1/completions', { prompt: mail, stream: true }, [
    ...frames,
    'data: [DONE]\n\n',
  ])
  const said = [...text.matchAll(/^data: (\{.*)$/gm)].map(
    ([, json]) => JSON.parse(json ?? '').choices[0]?.text ?? '',
  )
  assert.equal(said.join(''), `for ${mail}! [EMAIL`)
  assert.match(text, /data: \[DONE\]\n\n$/)
})

test('embeddings, moderations, rerank and images', async () => {
  const embedded = await send(
    '/v1/embeddings',
    { input: [mail, 'x'] },
    { data: [{ embedding: [0.5], index: 0 }] },
  )
  assert.deepEqual(embedded.sent.input, ['[EMAIL_1]', 'x'])
  assert.equal(embedded.text, '{"data":[{"embedding":[0.5],"index":0}]}')
  const moderated = await send('/v1/moderations', { input: mail }, { results: [] })
  assert.equal(moderated.sent.input, '[EMAIL_1]')
  const ranked = await send(
    '/v1/rerank',
    { query: mail, documents: [`by ${mail}`], return_documents: true },
    { results: [{ index: 0, relevance_score: 1 }] },
  )
  assert.deepEqual(ranked.sent.documents, ['by [EMAIL_1]'])
  assert.equal(JSON.parse(ranked.text).results[0].document.text, `by ${mail}`)
  const drawn = await send(
    '/v1/images/generations',
    { prompt: mail },
    { data: [{ revised_prompt: '[EMAIL_1]' }] },
  )
  assert.equal(JSON.parse(drawn.text).data[0].revised_prompt, mail)
})

test('the tokens of an answer whose words were put back are blank, and their odds stay', async () => {
  const tokens = ['[', 'EMAIL', '_1', ']'].map((token) => ({
    token,
    bytes: [1],
    logprob: -0.5,
    top_logprobs: [],
  }))
  const answer = {
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: '[EMAIL_1]' },
        logprobs: { content: tokens },
        finish_reason: 'stop',
      },
    ],
  }
  const { text } = await send('/v1/chat/completions', { messages: [{ role: 'user', content: mail }] }, answer)
  const [choice] = JSON.parse(text).choices
  assert.equal(choice.message.content, mail)
  assert.deepEqual(choice.logprobs.content[0], { token: '', bytes: null, logprob: -0.5, top_logprobs: [] })
})

test('what an answer holds besides its words stays byte for byte', async () => {
  const answer = {
    id: 'x',
    created: 9007199254740993n,
    choices: [
      {
        index: 0,
        message: { content: 'to [EMAIL_1]', reasoning_content: '[EMAIL_1]?' },
        finish_reason: 'stop',
      },
    ],
  }
  const json = JSON.stringify(answer, (_key, value) => (typeof value === 'bigint' ? 'BIG' : value))
  await using upstream = await fakeUpstream([
    {
      send: `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${json.length + 11}\r\n\r\n${json.replace('"BIG"', '9007199254740993')}`,
    },
  ])
  await using sidelight = await startTestSidecar(
    `
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1', keyEnv: K } }
mask: { default: mask }
routes: { r: { candidates: [{ provider: p, model: m }] } }
`,
    { environment: { K: 'k' } },
  )
  const response = await fetch(`${sidelight.origin}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'r', messages: [{ role: 'user', content: mail }] }),
  })
  const text = await response.text()
  assert.match(text, /"created":9007199254740993/)
  assert.match(text, /"content":"to jane\.roe@example\.org","reasoning_content":"\[EMAIL_1\]\?"/)
})
