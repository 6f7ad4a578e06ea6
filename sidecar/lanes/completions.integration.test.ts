import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { expectedOf, type Recording } from '../../testing/sdk/recorded.ts'
import {
  startUpstreams,
  type UpstreamName,
  type Upstreams,
  upstreamTable,
} from '../../testing/sdk/upstreams.ts'

/** Vendors without the legacy endpoint: there a prompt is what a user says. */
const vendors = ['anthropic', 'gemini', 'bedrock', 'cohere'] as const satisfies readonly UpstreamName[]

const modelOf = (name: UpstreamName) => `${name}/${upstreamTable[name].model}`

function clientOf(upstreams: Upstreams): OpenAI {
  return new OpenAI({ baseURL: `${upstreams.sidecar.origin}/v1`, apiKey: 'k', maxRetries: 0 })
}

for (const name of vendors) {
  test(`a legacy completion is answered by ${name}, streamed and not`, async () => {
    await using upstreams = await startUpstreams([name])
    upstreams.play(name, 'text')
    const client = clientOf(upstreams)
    const ask = { model: modelOf(name), prompt: 'Once upon a time', max_tokens: 50 }
    const expected = expectedOf(upstreamTable[name].recording as Recording, 'text')
    const whole = await client.completions.create(ask)
    assert.equal(whole.object, 'text_completion')
    assert.equal(whole.choices[0]?.text, expected.text)
    assert.equal(whole.choices[0]?.finish_reason, 'stop')
    assert.equal(whole.usage?.prompt_tokens, expected.usage.input)
    assert.equal(whole.usage?.completion_tokens, expected.usage.output)
    assert.match(upstreams.requests(name)[0]?.bodyText ?? '', /Once upon a time/)

    const stream = await client.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? ''
      usage = chunk.usage ?? usage
    }
    assert.equal(text, expected.text)
    assert.deepEqual(usage, whole.usage)
    const [first, second] = await upstreams.sidecar.recorded(2)
    for (const record of [first, second]) {
      assert.equal(record?.request.endpoint, 'completions')
      assert.equal(record?.request.status, 'ok')
      assert.equal(record?.request.output_tokens, expected.usage.output)
    }
  })
}

test('what a prompt cannot say elsewhere is a clear 400, before anybody is asked', async () => {
  await using upstreams = await startUpstreams(['anthropic'])
  const client = clientOf(upstreams)
  const model = modelOf('anthropic')
  for (const [fields, param] of [
    [{ prompt: [1, 2, 3] }, 'prompt'],
    [{ prompt: [[1, 2], [3]] }, 'prompt'],
    [{ prompt: ['one', 'two'] }, 'prompt'],
    [{ prompt: 'a', suffix: 'b' }, 'suffix'],
    [{ prompt: 'a', n: 2 }, 'n'],
  ] as const) {
    await assert.rejects(client.completions.create({ model, ...fields } as never), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError)
      assert.deepEqual([error.code, error.param], ['untranslatable', param])
      return true
    })
  }
  assert.equal(upstreams.requests('anthropic').length, 0)
})

test('where the endpoint exists the bytes pass, token numbers included', async () => {
  await using upstreams = await startUpstreams(['groq'])
  upstreams.play('groq', 'text')
  const body = JSON.stringify({ model: upstreamTable.groq.model, prompt: [1, 2, 3], weird: 12 })
  await fetch(`${upstreams.sidecar.origin}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sidelight-provider': 'groq' },
    body,
  }).then((answer) => answer.text())
  const [asked] = upstreams.requests('groq')
  assert.match(asked?.path ?? '', /\/completions$/)
  assert.equal(asked?.bodyText, body)
})
