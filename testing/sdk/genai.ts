import {
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
} from '@google/genai'
import {
  type Ask,
  type Client,
  type ClientAddress,
  question,
  type Seen,
  type Turn,
  toolTable,
} from './client.ts'

export function genaiClient(at: ClientAddress): GoogleGenAI {
  return new GoogleGenAI({
    apiKey: 'caller-key',
    httpOptions: { baseUrl: at.origin, ...(at.headers === undefined ? {} : { headers: at.headers }) },
  })
}

export function geminiClient(at: ClientAddress): Client {
  const client = genaiClient(at)
  return {
    name: '@google/genai',
    dialect: 'gemini',
    ask: (ask) => send(client, ask, [{ role: 'user', parts: firstParts(ask) }]),
  }
}

function firstParts(ask: Ask): Part[] {
  const { image } = ask
  return [
    { text: question },
    ...(image === undefined ? [] : [{ inlineData: { mimeType: image.mediaType, data: image.data } }]),
  ]
}

function configOf(ask: Ask): GenerateContentConfig {
  return {
    // Without it Google's own models keep their thoughts to themselves, and so do the others here.
    thinkingConfig: { includeThoughts: true },
    ...(ask.system === undefined ? {} : { systemInstruction: ask.system }),
    ...(ask.stop === undefined ? {} : { stopSequences: [...ask.stop] }),
    ...(ask.maxTokens === undefined ? {} : { maxOutputTokens: ask.maxTokens }),
    ...(ask.schema === undefined
      ? {}
      : { responseMimeType: 'application/json', responseJsonSchema: ask.schema }),
    ...(ask.withTools
      ? {
          tools: [
            {
              functionDeclarations: toolTable.map(({ name, description, schema }) => ({
                name,
                description,
                parametersJsonSchema: schema,
              })),
            },
          ],
        }
      : {}),
  }
}

async function send(client: GoogleGenAI, ask: Ask, contents: Content[]): Promise<Turn> {
  const request = { model: ask.model, contents, config: configOf(ask) }
  const frames: GenerateContentResponse[] = []
  if (ask.streamed) {
    for await (const frame of await client.models.generateContentStream(request)) frames.push(frame)
  } else frames.push(await client.models.generateContent(request))
  const parts = frames.flatMap((frame) => frame.candidates?.[0]?.content?.parts ?? [])
  const calls = parts.flatMap((part) => (part.functionCall === undefined ? [] : [part.functionCall]))
  return {
    raw: frames.map(({ sdkHttpResponse: _headers, ...frame }) => frame),
    seen: seenOf(frames, parts),
    callIds: calls.map((call) => call.id ?? ''),
    reply: (results) =>
      send(client, ask, [
        ...contents,
        { role: 'model', parts },
        {
          role: 'user',
          parts: results.map((output, index) => {
            const { id, name } = calls[index] ?? {}
            return {
              functionResponse: {
                ...(id === undefined ? {} : { id }),
                ...(name === undefined ? {} : { name }),
                response: { output },
              },
            }
          }),
        },
      ]),
  }
}

function seenOf(frames: readonly GenerateContentResponse[], parts: readonly Part[]): Seen {
  const usage = frames.findLast((frame) => frame.usageMetadata !== undefined)?.usageMetadata
  if (usage === undefined) throw new Error('no usage in the answer')
  const said = (thought: boolean) =>
    parts.flatMap((part) => (Boolean(part.thought) === thought && part.text ? [part.text] : [])).join('')
  const calls = parts.flatMap((part) => (part.functionCall === undefined ? [] : [part.functionCall]))
  const reason = frames.findLast((frame) => frame.candidates?.[0]?.finishReason)?.candidates?.[0]
    ?.finishReason
  const finish = reason === 'MAX_TOKENS' ? 'length' : reason === 'STOP' ? 'stop' : String(reason)
  return {
    text: said(false),
    thinking: said(true),
    calls: calls.map(({ name, args }) => ({ name: name ?? '', args })),
    finish: calls.length > 0 && finish === 'stop' ? 'tool_calls' : finish,
    usage: {
      input: usage.promptTokenCount ?? 0,
      cached: usage.cachedContentTokenCount ?? 0,
      output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
      reasoning: usage.thoughtsTokenCount ?? 0,
    },
  }
}
