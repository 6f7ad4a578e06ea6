import type { JsonObject } from '../../contract/json.ts'
import type { ExpectedUsage } from './recorded.ts'

/** One question put through an official SDK. */
export interface Ask {
  readonly model: string
  readonly streamed: boolean
  readonly system?: string
  /** A picture beside the words. */
  readonly image?: { readonly mediaType: string; readonly data: string }
  readonly withTools?: boolean
  readonly schema?: JsonObject
  readonly stop?: readonly string[]
  readonly maxTokens?: number
}

/** What the application that uses the SDK gets to see. */
export interface Seen {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly { readonly name: string; readonly args: unknown }[]
  readonly finish: string
  /** As the SDK states it, in words that mean the same for every SDK; what it cannot state is left out. */
  readonly usage: Partial<ExpectedUsage>
}

export interface Turn {
  /** What the SDK itself returned. */
  readonly raw: unknown
  readonly seen: Seen
  readonly callIds: readonly string[]
  /** Sends the results of the calls back, the way the SDK's own documentation does it. */
  reply(results: readonly string[]): Promise<Turn>
}

/** An official SDK as an application uses it. */
export interface Client {
  readonly name: string
  readonly dialect: 'chat' | 'responses' | 'messages' | 'gemini'
  ask(ask: Ask): Promise<Turn>
}

export interface ClientAddress {
  /** The bare origin of the sidecar, or of a provider. */
  readonly origin: string
  readonly headers?: Record<string, string>
  readonly maxRetries?: number
}

export const question = 'What is the weather in Köln?'

export const weatherSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
  required: ['city', 'unit'],
  additionalProperties: false,
} as const

export const timeSchema = {
  type: 'object',
  properties: { zone: { type: 'string' } },
  required: ['zone'],
  additionalProperties: false,
} as const

export const toolTable = [
  { name: 'get_weather', description: 'Weather of a city', schema: weatherSchema },
  { name: 'get_time', description: 'Time in a zone', schema: timeSchema },
] as const

export const personSchema: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
}
