import { GatewayError } from '../../../contract/errors.ts'
import { arrayAt, type Json, type JsonObject, objectAt } from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { Conversation, Sampling } from '../../conversation/request.ts'
import { writeUsage } from '../chat/usage.ts'
import {
  optionalBoolean,
  optionalCount,
  optionalNumber,
  optionalString,
  requireString,
} from '../chat/wire.ts'
import type { AnswerFrame, AnswerStreamWriter } from '../dialect.ts'

/** The API's own default: without it a chat model would write until it has nothing more to say. */
const outputTokensDefault = 16

const known: ReadonlySet<string> = new Set([
  ...['model', 'prompt', 'max_tokens', 'temperature', 'top_p', 'n', 'stream', 'stream_options', 'stop'],
  ...['presence_penalty', 'frequency_penalty', 'seed', 'user', 'suffix', 'best_of', 'echo'],
])

/** Reads a legacy completion as one user turn, so that providers that only chat can answer it. */
export function readCompletionsRequest(body: JsonObject): Conversation {
  if (body['suffix'] !== undefined && body['suffix'] !== null && body['suffix'] !== '') {
    throw untranslatable('suffix', 'needs a model that fills in; send it to one without translation')
  }
  const endUser = optionalString(body, 'user')
  return {
    model: requireString(body['model'], 'model'),
    stream: optionalBoolean(body, 'stream') ?? false,
    wantsStreamUsage: objectAt(body, 'stream_options')?.['include_usage'] === true,
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: readPrompt(body['prompt']) }] }],
    tools: [],
    maxOutputTokens: optionalCount(body, 'max_tokens') ?? outputTokensDefault,
    sampling: readSampling(body),
    ...(endUser === undefined ? {} : { endUser }),
    dropped: lostFields(body),
  }
}

function readPrompt(prompt: Json | undefined): string {
  if (typeof prompt === 'string') return prompt
  if (!Array.isArray(prompt))
    throw new GatewayError('invalid_body', '`prompt` must be a string.', { param: 'prompt' })
  const [only] = prompt
  if (prompt.length === 1 && typeof only === 'string') return only
  throw untranslatable('prompt', 'must be one string here: lists and token numbers need a completions model')
}

function readSampling(body: JsonObject): Sampling {
  const stop = typeof body['stop'] === 'string' ? [body['stop']] : arrayAt(body, 'stop')
  const fields = {
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'top_p'),
    seed: optionalNumber(body, 'seed'),
    frequencyPenalty: optionalNumber(body, 'frequency_penalty'),
    presencePenalty: optionalNumber(body, 'presence_penalty'),
    choices: optionalCount(body, 'n'),
    stop: stop.length > 0 ? stop.filter((word) => typeof word === 'string') : undefined,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function lostFields(body: JsonObject): string[] {
  const lost = Object.keys(body).filter(
    (key) => !known.has(key) && body[key] !== null && /^\w{1,40}$/.test(key),
  )
  if ((optionalCount(body, 'best_of') ?? 1) > 1) lost.push('best_of')
  if (body['echo'] === true) lost.push('echo')
  return lost
}

function untranslatable(param: string, why: string): GatewayError {
  return new GatewayError('untranslatable', `\`${param}\` ${why}.`, { param })
}

function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const choices = new Map<number, { text: string; finish: string }>([[0, { text: '', finish: 'stop' }]])
  let usage: Usage | undefined
  for (const event of events) {
    if (event.type === 'usage') usage = event.usage
    if (!('choice' in event)) continue
    const choice = choices.get(event.choice) ?? { text: '', finish: 'stop' }
    choices.set(event.choice, choice)
    if (event.type === 'text' || event.type === 'refusal') choice.text += event.text
    if (event.type === 'finish') choice.finish = finishWord(event.reason)
  }
  const written = [...choices].map(([index, choice]) => choiceOf(index, choice.text, choice.finish))
  return {
    ...head(frame),
    choices: written.sort((left, right) => left.index - right.index),
    ...(usage === undefined ? {} : { usage: writeUsage(usage) }),
  }
}

function streamWriter(frame: AnswerFrame): AnswerStreamWriter {
  let usage: Usage | undefined
  let isFinished = false
  const chunk = (choices: JsonObject[], more: JsonObject) =>
    `data: ${JSON.stringify({ ...head(frame), choices, ...more })}\n\n`
  // With include_usage every chunk has the field, and all but the last have no value for it.
  const pending: JsonObject = frame.wantsStreamUsage ? { usage: null } : {}
  return {
    write(event) {
      switch (event.type) {
        case 'text':
        case 'refusal':
          return event.text === '' ? '' : chunk([choiceOf(event.choice, event.text, null)], pending)
        case 'finish':
          isFinished = true
          return chunk([choiceOf(event.choice, '', finishWord(event.reason))], pending)
        case 'usage':
          usage = event.usage
          return ''
        default:
          return ''
      }
    },
    end() {
      const finish = isFinished ? '' : chunk([choiceOf(0, '', 'stop')], pending)
      const counted = frame.wantsStreamUsage && usage ? chunk([], { usage: writeUsage(usage) }) : ''
      return `${finish}${counted}data: [DONE]\n\n`
    },
  }
}

/** Answers as the legacy endpoint gives them; errors have the chat dialect's shape. */
export const completionsWriter = { writeAnswer, streamWriter }

function head(frame: AnswerFrame): JsonObject {
  return {
    id: `cmpl-${frame.requestId}`,
    object: 'text_completion',
    created: Math.floor(frame.createdAtMs / 1000),
    model: frame.model,
  }
}

function choiceOf(index: number, text: string, finish: string | null) {
  return { text, index, logprobs: null, finish_reason: finish }
}

function finishWord(reason: FinishReason): string {
  return reason === 'length' || reason === 'content_filter' ? reason : 'stop'
}
