import type { DialectName } from '../../sidecar/dialects/dialect.ts'
import { prose } from '../../sidecar/providers/simulated/text.ts'
import { personalNote } from './cast.ts'
import { chanceOf } from './chance.ts'
import type { Errand } from './plan.ts'
import { appKey } from './settings.ts'

/** A request as it goes over the wire. */
export interface Letter {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Who asks loses patience then. */
  readonly leaveAfterMs: number | undefined
}

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

export function letterOf(errand: Errand, model: string): Letter {
  const { feature, mishap } = errand
  const asked = mishap === 'unknown_model' ? `${model}-next` : model
  const { path, body } =
    feature.dialect === 'embeddings'
      ? embedding(errand, asked)
      : writers[feature.dialect](contentOf(errand, asked))
  return {
    path,
    body: JSON.stringify(body),
    headers: headersOf(errand),
    leaveAfterMs: mishap === 'leaves' ? chanceOf(`leave ${errand.seed}`).between(500, 1100) : undefined,
  }
}

function headersOf(errand: Errand): Record<string, string> {
  const { app, feature, customer, session, version, tags } = errand
  return {
    'content-type': 'application/json',
    'x-sidelight-key': appKey(app.name),
    'x-sidelight-customer': headerText(customer.name),
    'x-sidelight-tier': customer.tier,
    'x-sidelight-feature': feature.name,
    'x-sidelight-tags': tags,
    'x-simulate': simulateOf(errand),
    ...(session === '' ? {} : { 'x-sidelight-session': session }),
    ...(feature.prompt === '' ? {} : { 'x-sidelight-prompt': `${feature.prompt}@${version}` }),
  }
}

/** Node writes header text as Latin-1; what is read at the other end is UTF-8. */
export const headerText = (text: string) => Buffer.from(text).toString('latin1')

/** How long the answer is, and what goes wrong with it whoever is asked. */
function simulateOf({ outputTokens, mishap, seed }: Errand): string {
  // The faults that a model has anyway must not come true by the share of this one.
  const only = 'status=200; refuse=; fault=; share=1'
  const tokens = `tokens=${outputTokens}`
  if (mishap === 'filtered') return `${tokens}; ${only}; refuse=filter`
  if (mishap === 'too_long') return `${tokens}; ${only}; refuse=context`
  if (mishap !== 'breaks') return tokens
  // Of half of them another provider can write the rest.
  const times = chanceOf(`break ${seed}`).isTrue(0.5) ? '; times=1' : ''
  return `${tokens}; ${only}; fault=truncate@50%${times}`
}

interface Content {
  readonly model: string
  readonly stream: boolean
  readonly system: string
  readonly turns: readonly Turn[]
  readonly tool: string | undefined
  readonly maxTokens: number
}

function contentOf(errand: Errand, model: string): Content {
  const { feature, version, streamed, outputTokens } = errand
  return {
    model,
    stream: streamed,
    // The same for all of a feature, so that providers can keep it in their caches.
    system: prose(`${feature.name} ${version}`, feature.systemTokens).join(''),
    turns: turnsOf(errand),
    tool: feature.tool,
    maxTokens: outputTokens + 200,
  }
}

/** What was said before, and the question. */
function turnsOf(errand: Errand): Turn[] {
  const { session, turn, seed, opening } = errand
  const name = session === '' ? seed : session
  return Array.from({ length: turn * 2 + 1 }, (_, index): Turn => {
    if (index % 2 === 1) return { role: 'assistant', text: prose(`${name} answer ${index}`, 90).join('') }
    if (index === 0 && opening !== '') return { role: 'user', text: opening }
    return { role: 'user', text: question(errand, `${name} ${index}`) }
  })
}

function question({ feature, inputTokens, mishap }: Errand, name: string): string {
  const words = prose(name, inputTokens).join('')
  const calls = feature.tool !== undefined && chanceOf(`tool ${name}`).isTrue(0.25)
  return [words, calls ? `Use ${feature.tool}.` : '', mishap === 'personal' ? personalNote(name) : '']
    .filter((part) => part !== '')
    .join(' ')
}

const parameters = {
  type: 'object',
  properties: { id: { type: 'string' }, lines: { type: 'integer', minimum: 1, maximum: 400 } },
  required: ['id'],
}
const description = 'Looks something up.'

interface Written {
  readonly path: string
  readonly body: object
}

const writers: Readonly<Record<DialectName, (content: Content) => Written>> = {
  chat: ({ model, stream, system, turns, tool, maxTokens }) => ({
    path: '/v1/chat/completions',
    body: {
      ...{ model, stream, max_completion_tokens: maxTokens },
      messages: [
        { role: 'system', content: system },
        ...turns.map(({ role, text }) => ({ role, content: text })),
      ],
      ...(tool === undefined
        ? {}
        : { tools: [{ type: 'function', function: { name: tool, description, parameters } }] }),
    },
  }),
  responses: ({ model, stream, system, turns, maxTokens }) => ({
    path: '/v1/responses',
    body: {
      ...{ model, stream, max_output_tokens: maxTokens, instructions: system },
      input: turns.map(({ role, text }) => ({ role, content: text })),
    },
  }),
  messages: ({ model, stream, system, turns, tool, maxTokens }) => ({
    path: '/v1/messages',
    body: {
      ...{ model, stream, max_tokens: maxTokens },
      system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
      messages: turns.map(({ role, text }) => ({ role, content: text })),
      ...(tool === undefined ? {} : { tools: [{ name: tool, description, input_schema: parameters }] }),
    },
  }),
  gemini: ({ model, stream, system, turns, maxTokens }) => ({
    path: `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      systemInstruction: { parts: [{ text: system }] },
      contents: turns.map(({ role, text }) => ({
        role: role === 'user' ? 'user' : 'model',
        parts: [{ text }],
      })),
      generationConfig: { maxOutputTokens: maxTokens },
    },
  }),
}

function embedding({ seed, inputTokens }: Errand, model: string): Written {
  return { path: '/v1/embeddings', body: { model, input: prose(`embed ${seed}`, inputTokens).join('') } }
}
