import { messagesClient } from '../../testing/sdk/anthropic.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'

clientMatrix('the Anthropic SDK speaks messages to every vendor', {
  client: messagesClient,
  providers: ['anthropic', 'openai', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['anthropic'],
})
