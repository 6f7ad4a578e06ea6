import { clientMatrix } from '../../testing/sdk/matrix.ts'
import { chatClient } from '../../testing/sdk/openai-chat.ts'
import { responsesClient } from '../../testing/sdk/openai-responses.ts'

clientMatrix('the openai SDK speaks chat to every vendor', {
  client: (at) => chatClient(at, { collects: true }),
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['openai', 'deepseek', 'mistral', 'groq'],
})

clientMatrix('the openai SDK, its application keeping only what OpenAI documents', {
  client: (at) => chatClient(at, { collects: false }),
  providers: ['anthropic', 'gemini', 'bedrock'],
})

clientMatrix('the openai SDK speaks responses to every vendor', {
  client: responsesClient,
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['openai'],
  lacks: ['stop'],
})
