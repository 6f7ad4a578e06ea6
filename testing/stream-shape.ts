import assert from 'node:assert/strict'
import type { DialectName } from '../sidecar/dialects/dialect.ts'

type Json = Record<string, unknown>

function dataOf(stream: string): Json[] {
  return stream
    .split('\n\n')
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data: {')))
    .map((line) => JSON.parse(line.slice(6)) as Json)
}

/** A stream is one answer from its first event to its last, however many providers wrote it. */
export function assertOneAnswer(dialect: DialectName, stream: string, text: string): void {
  shapes[dialect](dataOf(stream), text)
}

const shapes: Readonly<Record<DialectName, (events: Json[], text: string) => void>> = {
  chat: (chunks) => {
    assert.equal(new Set(chunks.map((chunk) => chunk['id'])).size, 1)
    assert.equal(new Set(chunks.map((chunk) => chunk['model'])).size, 1)
    assert.equal(new Set(chunks.map((chunk) => chunk['created'])).size, 1)
    const choices = chunks.flatMap((chunk) => chunk['choices'] as Json[])
    assert.equal(choices.filter(({ delta }) => (delta as Json)['role'] !== undefined).length, 1)
    assert.equal(choices.filter((choice) => choice['finish_reason']).length, 1)
  },
  messages: (events) => {
    let open: unknown
    let next = 0
    const types = events.map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'message_start').length, 1)
    assert.equal(types.filter((type) => type === 'message_delta').length, 1)
    assert.equal(types.at(-1), 'message_stop')
    for (const { type, index } of events) {
      if (type === 'content_block_start') {
        assert.deepEqual([open, index], [undefined, next])
        open = index
        next += 1
      }
      if (type === 'content_block_delta') assert.equal(index, open)
      if (type === 'content_block_stop') {
        assert.equal(index, open)
        open = undefined
      }
    }
    assert.equal(open, undefined)
  },
  gemini: (frames) => {
    const candidates = frames.flatMap((frame) => frame['candidates'] as Json[])
    assert.equal(candidates.filter((candidate) => candidate['finishReason'] !== undefined).length, 1)
    assert.equal(new Set(frames.map((frame) => frame['modelVersion'])).size, 1)
  },
  responses: (events, text) => {
    assert.deepEqual(
      events.map((event) => event['sequence_number']),
      events.map((_, index) => index),
    )
    assert.equal(events.filter(({ type }) => type === 'response.created').length, 1)
    const added = events.filter(({ type }) => type === 'response.output_item.added')
    const done = events.filter(({ type }) => type === 'response.output_item.done')
    assert.deepEqual(
      done.map((event) => event['output_index']),
      added.map((event) => event['output_index']),
    )
    const response = events.at(-1)?.['response'] as Json
    const first = events[0]?.['response'] as Json
    assert.equal(response['id'], first['id'])
    assert.equal(response['model'], first['model'])
    const output = response['output'] as Json[]
    assert.equal(
      output
        .flatMap((item) => item['content'] as Json[])
        .map((part) => part['text'])
        .join(''),
      text,
    )
  },
}
