import type { DialectName } from '../dialects/dialect.ts'
import { data, type Shape, shape, skip } from '../masking/walk/shape.ts'

/**
 * What others than the application itself have said: `text` are users, `data` are results of tools. Instructions,
 * tools and what the model said before are the application's own.
 */
const own = { system: skip, developer: skip, assistant: skip, model: skip } as const
const ownRoles = Object.keys(own)

const words = shape('skip', { text: { leaf: 'text' } })
const result: Shape = { leaf: 'data' }

const isOwn = { key: 'role', is: ownRoles, as: 'skip' } as const

const chat = shape('skip', {
  messages: {
    ...shape('skip', { content: { ...words, leaf: 'text' } }),
    when: { ...isOwn, or: { tool: 'data', function: 'data' } },
  },
  prompt: { leaf: 'text' },
})

const responses = shape('skip', {
  input: {
    ...shape(
      'text',
      { content: { ...words, leaf: 'text' }, output: { ...shape('data', { text: result }) } },
      skip,
    ),
    when: isOwn,
  },
})

const messages = shape('skip', {
  messages: {
    ...shape('skip', {
      content: {
        ...shape('text', { text: { leaf: 'text' }, content: shape('data', { text: result }, skip) }, skip),
      },
    }),
    when: isOwn,
  },
})

const geminiPart = shape('skip', {
  text: { leaf: 'text' },
  functionResponse: shape('skip', { response: { ...data } }),
  function_response: shape('skip', { response: { ...data } }),
})

const gemini = shape('skip', {
  contents: { ...shape('skip', { parts: geminiPart }), when: isOwn },
})

export const guardShapes: Readonly<Record<DialectName, Shape>> = { chat, responses, messages, gemini }
