import { chatFormat } from './chat/format.ts'
import { cohereFormat } from './cohere/format.ts'
import { converseFormat } from './converse/format.ts'
import type { Format, FormatName } from './format.ts'
import { geminiFormat } from './gemini/format.ts'
import { messagesFormat } from './messages/format.ts'
import { responsesFormat } from './responses/format.ts'

export const formats: Readonly<Record<FormatName, Format>> = {
  chat: chatFormat,
  responses: responsesFormat,
  messages: messagesFormat,
  gemini: geminiFormat,
  converse: converseFormat,
  cohere: cohereFormat,
}
