import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeUpstream, httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'

const sse = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

interface Row {
  readonly path: string
  readonly body: object
  readonly answer: readonly Step[]
  readonly classes: Readonly<Record<string, number>>
}

/** Endpoints whose bytes pass unread, and where each of them states what it used. */
const rows: Readonly<Record<string, Row>> = {
  'a stream of images, in its completed event': {
    path: '/v1/images/generations',
    body: { model: 'gpt-image-1', prompt: 'a cat', stream: true, partial_images: 1 },
    answer: httpStream([
      sse('image_generation.partial_image', { b64_json: 'A'.repeat(300_000), partial_image_index: 0 }),
      sse('image_generation.completed', {
        b64_json: 'A'.repeat(1_500_000),
        usage: {
          total_tokens: 100,
          input_tokens: 50,
          output_tokens: 50,
          input_tokens_details: { text_tokens: 10, image_tokens: 40 },
        },
      }),
    ]),
    classes: { input: 10, input_image: 40, output_image: 50 },
  },
  'a streamed transcription, in its last event': {
    path: '/v1/audio/transcriptions',
    body: { model: 'gpt-4o-transcribe', stream: true },
    answer: httpStream([
      sse('transcript.text.delta', { delta: 'Hel' }),
      sse('transcript.text.done', {
        text: 'Hello',
        usage: {
          type: 'tokens',
          input_tokens: 14,
          input_token_details: { text_tokens: 2, audio_tokens: 12 },
          output_tokens: 5,
          total_tokens: 19,
        },
      }),
      'data: [DONE]\n\n',
    ]),
    classes: { input: 2, input_audio: 12, output: 5 },
  },
  'a transcription that only says how long the sound was': {
    path: '/v1/audio/transcriptions',
    body: { model: 'whisper-1', response_format: 'verbose_json' },
    answer: httpJson({ task: 'transcribe', language: 'english', duration: 8.5, text: 'Hello', segments: [] }),
    classes: { audio_seconds: 8.5 },
  },
  'speech as events, in tokens': {
    path: '/v1/audio/speech',
    body: { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'Hello', stream_format: 'sse' },
    answer: httpStream([
      sse('speech.audio.delta', { audio: 'AAAA' }),
      sse('speech.audio.done', { usage: { input_tokens: 4, output_tokens: 60, total_tokens: 64 } }),
    ]),
    classes: { input: 4, output_audio: 60 },
  },
  'speech as sound, in code points of what was read': {
    path: '/v1/audio/speech',
    body: { model: 'tts-1', voice: 'alloy', input: 'Grüße 🌤' },
    answer: httpJson({}, { headers: { 'content-type': 'audio/mpeg' } }),
    classes: { characters: 7 },
  },
  'pages that were read': {
    path: '/v1/ocr',
    body: {
      model: 'mistral-ocr-latest',
      document: { type: 'document_url', document_url: 'https://x.test/a' },
    },
    answer: httpJson({ pages: [], model: 'mistral-ocr-latest', usage_info: { pages_processed: 3 } }),
    classes: { pages: 3 },
  },
  'a path nobody knows, in the words of chat': {
    path: '/v1/agents/completions',
    body: { agent_id: 'a' },
    answer: httpJson({ id: 'c', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }),
    classes: { input: 3, output: 2 },
  },
}

for (const [what, row] of Object.entries(rows)) {
  test(`what was used is read from ${what}`, async () => {
    await using upstream = await fakeUpstream(row.answer)
    await using sidecar = await startTestSidecar(
      `providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1' } }`,
    )
    const answer = await fetch(sidecar.origin + row.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sidelight-provider': 'p' },
      body: JSON.stringify(row.body),
    })
    assert.equal(answer.status, 200)
    await answer.arrayBuffer()
    const [record] = await sidecar.recorded(1)
    assert.deepEqual(record?.request.usage_classes, row.classes)
    assert.equal(record?.request.usage_source, 'provider')
  })
}
