import { chatDialect } from './chat/dialect.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { geminiDialect } from './gemini/dialect.ts'
import { messagesDialect } from './messages/dialect.ts'
import { responsesDialect } from './responses/dialect.ts'

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  chat: chatDialect,
  responses: responsesDialect,
  messages: messagesDialect,
  gemini: geminiDialect,
}
