import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation } from '../../conversation/request.ts'
import { hasSafetySettings, readConfig, readLabels } from './config.ts'
import { readContents, readSystem } from './contents.ts'
import { fieldAt, objectField, stringField, unreadFields } from './fields.ts'
import { readTools } from './tools.ts'

const readFields = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'cachedContent',
  'safetySettings',
  'labels',
  'serviceTier',
])

/** Reads a generateContent body. Model and streaming stand in the path of this dialect. */
export function readRequest(
  body: JsonObject,
  path: { readonly model?: string; readonly stream?: boolean },
): Conversation {
  refuseCachedContent(body)
  const dropped = new Set<string>(unreadFields(body, readFields))
  if (hasSafetySettings(body)) dropped.add('safetySettings')
  const system = readSystem(body, dropped)
  const turns = readContents(body, dropped)
  const tools = readTools(body, dropped)
  const config = readConfig(objectField(body, 'generationConfig'), dropped)
  const metadata = readLabels(body)
  const serviceTier = readTier(body)
  return {
    model: readModel(body, path.model),
    stream: path.stream ?? false,
    // Gemini streams always state usage.
    wantsStreamUsage: true,
    system,
    turns,
    ...tools,
    ...config,
    ...(metadata === undefined ? {} : { metadata }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    dropped: [...dropped],
  }
}

function readModel(body: JsonObject, fromPath: string | undefined): string {
  const model = fromPath ?? stringField(body, 'model') ?? ''
  if (model === '') {
    throw new GatewayError(
      'invalid_body',
      'The path names no model: write /v1beta/models/{model}:generateContent.',
      {
        param: 'model',
      },
    )
  }
  return model.startsWith('models/') ? model.slice(7) : model
}

/** The cached part of the prompt is known to Google alone, so no one else could answer. */
function refuseCachedContent(body: JsonObject): void {
  const cached = fieldAt(body, 'cachedContent')
  if (cached === undefined || cached === null || cached === '') return
  throw new GatewayError(
    'untranslatable',
    'cachedContent refers to a cache at Google, which the chosen provider cannot read: send the content itself.',
    { param: 'cachedContent' },
  )
}

function readTier(body: JsonObject): string | undefined {
  const tier = stringField(body, 'serviceTier')?.toLowerCase()
  if (tier === undefined || tier === 'unspecified') return undefined
  return tier === 'standard' ? 'default' : tier
}
