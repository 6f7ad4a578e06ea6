import { aiClient } from '../../testing/sdk/ai.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'

clientMatrix('the AI SDK speaks chat through its OpenAI provider', {
  client: (at) => aiClient(at, 'openai chat'),
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'azure'],
  lacks: ['thinking'],
})

clientMatrix('the AI SDK speaks responses through its OpenAI provider', {
  client: (at) => aiClient(at, 'openai responses'),
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'deepseek', 'azure'],
  lacks: ['stop'],
})

clientMatrix('the AI SDK speaks messages through its Anthropic provider', {
  client: (at) => aiClient(at, 'anthropic'),
  providers: ['anthropic', 'openai', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq'],
})
