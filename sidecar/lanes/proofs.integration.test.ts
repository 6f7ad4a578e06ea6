import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeUpstream, httpJson, httpStream } from '../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../testing/sidecar.ts'

const sse = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

const thinking = { type: 'thinking', thinking: 'I should look.', signature: 'sig-1' }
const call = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5',
  stop_reason: 'tool_use',
  usage: { input_tokens: 1, output_tokens: 1 },
}

const streamed = httpStream([
  sse('message_start', { message: { ...message, content: [], stop_reason: null } }),
  sse('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }),
  sse('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'I should ' } }),
  sse('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'look.' } }),
  sse('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'sig-1' } }),
  sse('content_block_stop', { index: 0 }),
  sse('content_block_start', { index: 1, content_block: call }),
  sse('content_block_stop', { index: 1 }),
  sse('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } }),
  sse('message_stop', {}),
])
const whole = httpJson({ ...message, content: [thinking, call] })

for (const [title, answer, stream] of [
  ['streamed', streamed, true],
  ['whole', whole, false],
  ['whole to a caller that streams', whole, true],
] as const) {
  test(`thinking that a client forgets goes back to its vendor with the tool's result: ${title}`, async () => {
    await using upstream = await fakeUpstream(answer)
    await using sidecar = await startTestSidecar(
      `providers: { p: { kind: anthropic, baseUrl: '${upstream.origin}' } }`,
    )
    const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }]
    const ask = (messages: unknown[], customer: string) =>
      fetch(`${sidecar.origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-sidelight-customer': customer },
        body: JSON.stringify({
          model: 'p/claude-sonnet-5',
          stream,
          tools,
          reasoning_effort: 'high',
          messages,
        }),
      }).then((response) => response.text())
    const user = { role: 'user', content: 'Look.' }
    await ask([user], 'c-1')
    const forgetful = [
      user,
      {
        role: 'assistant',
        tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'seen' },
    ]
    await ask(forgetful, 'c-1')
    assert.deepEqual(JSON.parse(upstream.requests[1]?.bodyText ?? '').messages[1].content[0], thinking)
    await ask(forgetful, 'another customer')
    assert.equal(upstream.requests[2]?.bodyText.includes('sig-1'), false)
  })
}
