/** The bytes the mock upstream answers with, built once. */
const text =
  'The system keeps a small local record of every request. Each record names the model, the provider and the cost, so that a later question finds its answer without a new call. '

const completion = JSON.stringify({
  id: 'chatcmpl-bench0000000000000000000001',
  object: 'chat.completion',
  created: 1_764_547_200,
  model: 'json',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: text.repeat(3), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 412,
    completion_tokens: 103,
    total_tokens: 515,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  },
  service_tier: 'default',
  system_fingerprint: 'fp_bench',
})

export const jsonAnswer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\ncontent-length: ${Buffer.byteLength(completion)}\r\n\r\n${completion}`,
)

export interface StreamFrames {
  readonly head: Buffer
  /** One HTTP chunk per event: the role, then the content. */
  readonly events: readonly Buffer[]
  /** Finish, usage, [DONE] and the last chunk. */
  readonly tail: Buffer
  readonly whole: Buffer
}

const made = new Map<number, StreamFrames>()

export function streamFrames(count: number): StreamFrames {
  const known = made.get(count)
  if (known) return known
  const head = Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n',
  )
  const words = text.trim().split(' ')
  const events = [chunk([choice({ role: 'assistant', content: '' }, null)])]
  for (let k = 0; k < count; k++)
    events.push(chunk([choice({ content: ` ${words[k % words.length]}` }, null)]))
  const usage = { prompt_tokens: 412, completion_tokens: count, total_tokens: 412 + count }
  const tail = Buffer.concat([
    chunk([choice({}, 'stop')]),
    chunk([], usage),
    httpChunk('data: [DONE]\n\n'),
    Buffer.from('0\r\n\r\n'),
  ])
  const frames = { head, events, tail, whole: Buffer.concat([head, ...events, tail]) }
  made.set(count, frames)
  return frames
}

function choice(delta: object, finish: string | null) {
  return { index: 0, delta, logprobs: null, finish_reason: finish }
}

function chunk(choices: readonly object[], usage: object | null = null): Buffer {
  const body = {
    id: 'chatcmpl-bench0000000000000000000001',
    object: 'chat.completion.chunk',
    created: 1_764_547_200,
    model: 'stream',
    service_tier: 'default',
    system_fingerprint: 'fp_bench',
    choices,
    usage,
  }
  return httpChunk(`data: ${JSON.stringify(body)}\n\n`)
}

function httpChunk(payload: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(payload).toString(16)}\r\n${payload}\r\n`)
}
