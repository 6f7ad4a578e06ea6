import type { DialectName } from '../../dialects/dialect.ts'
import { data, identity, media, type Shape, schema, shape, skip, text, thinking } from './shape.ts'

const identities: Readonly<Record<string, Shape>> = {
  prompt_cache_key: identity,
  safety_identifier: identity,
  user: identity,
}

/** What stands in requests of each dialect. What no plan names is text: better looked at than let through. */
const tools = (() => {
  // Headers and tokens for a tool's server are meant for it.
  const fields = {
    authorization: skip,
    authorization_token: skip,
    headers: skip,
    name: skip,
    input_schema: schema,
  }
  const schemas = {
    parameters: schema,
    parametersJsonSchema: schema,
    response: schema,
    responseJsonSchema: schema,
  }
  const declared = shape('text', { ...fields, ...schemas })
  return shape('text', {
    ...fields,
    ...schemas,
    function: declared,
    functionDeclarations: declared,
    function_declarations: declared,
    allowed_tools: skip,
  })
})()

const parts = shape('text', {
  audio: shape('text', { data: media }),
  data: media,
  file: shape('text', { file_data: media }),
  file_data: media,
  file_url: media,
  image_url: shape('media', { url: media }),
  input_audio: shape('text', { data: media }),
  result: media,
  source: shape('text', { data: media, url: media }),
  // Of tool calls and results inside messages, and of documents.
  arguments: data,
  content: text,
  input: data,
  name: skip,
  output: data,
  signature: skip,
  summary: thinking,
  thinking: skip,
})

const toolResult: Shape = { ...parts, leaf: 'data', fields: { ...parts.fields, text: data } }

const format = shape('text', {
  json_schema: shape('text', { name: skip, schema }),
  name: skip,
  schema,
})

const chatMessages: Shape = {
  ...shape('text', {
    content: parts,
    function_call: shape('text', { name: skip, arguments: data }),
    name: text,
    reasoning: thinking,
    reasoning_content: thinking,
    reasoning_details: skip,
    tool_calls: shape('text', {
      custom: shape('text', { name: skip }),
      extra_content: skip,
      function: shape('text', { name: skip, arguments: data }),
    }),
  }),
  isHistory: true,
  when: { key: 'role', is: ['tool', 'function'], as: 'data' },
}

const chat = shape('text', {
  ...identities,
  documents: data,
  function_call: skip,
  functions: tools,
  input: { ...parts, hasTokens: true },
  logit_bias: skip,
  messages: chatMessages,
  metadata: data,
  modalities: skip,
  prompt: { ...parts, hasTokens: true },
  reasoning_effort: skip,
  response_format: format,
  tool_choice: skip,
  tools,
  voice: skip,
})

const responsesInput: Shape = {
  ...parts,
  fields: { ...parts.fields, content: parts, encrypted_content: skip },
  when: { key: 'type', is: ['reasoning'], as: 'thinking' },
}

const responses = shape('text', {
  ...identities,
  include: skip,
  input: { ...responsesInput, isHistory: true },
  instructions: responsesInput,
  metadata: data,
  prompt: shape('text', { variables: data }),
  reasoning: skip,
  text: shape('text', { format }),
  tool_choice: skip,
  tools,
  truncation: skip,
})

const messageBlocks: Shape = {
  ...parts,
  fields: {
    ...parts.fields,
    cache_control: skip,
    // Only results of tools hold content of their own.
    content: toolResult,
    data: skip,
  },
}

const messages = shape('text', {
  mcp_servers: tools,
  messages: { ...shape('text', { content: messageBlocks }), isHistory: true },
  metadata: shape('data', { user_id: identity }),
  output_config: shape('text', { format }),
  output_format: format,
  system: messageBlocks,
  thinking: skip,
  tool_choice: skip,
  tools,
})

const geminiParts: Shape = {
  ...shape('text', {
    fileData: shape('text', { fileUri: media }),
    functionCall: shape('text', { name: skip, args: data }),
    functionResponse: shape('text', { name: skip, response: data }),
    inlineData: shape('text', { data: media }),
    file_data: shape('text', { file_uri: media }),
    function_call: shape('text', { name: skip, args: data }),
    function_response: shape('text', { name: skip, response: data }),
    inline_data: shape('text', { data: media }),
  }),
  when: { key: 'thought', is: ['true'], as: 'skip' },
}

const geminiContent = shape('text', { parts: geminiParts })

const geminiConfig = shape('text', {
  responseJsonSchema: schema,
  responseMimeType: skip,
  responseModalities: skip,
  responseSchema: schema,
  response_json_schema: schema,
  response_schema: schema,
  speechConfig: skip,
})

const geminiFields: Readonly<Record<string, Shape>> = {
  cachedContent: skip,
  content: geminiContent,
  contents: { ...geminiContent, isHistory: true },
  generationConfig: geminiConfig,
  generation_config: geminiConfig,
  safetySettings: skip,
  safety_settings: skip,
  systemInstruction: geminiContent,
  system_instruction: geminiContent,
  toolConfig: skip,
  tool_config: skip,
  tools,
}

const gemini = shape('text', {
  ...geminiFields,
  generateContentRequest: shape('text', geminiFields),
  requests: shape('text', geminiFields),
})

export const requestShapes: Readonly<Record<DialectName, Shape>> = { chat, responses, messages, gemini }
