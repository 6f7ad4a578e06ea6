import { geminiClient } from '../../testing/sdk/genai.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'

clientMatrix('the Google SDK speaks generateContent to every vendor', {
  client: geminiClient,
  providers: ['gemini', 'openai', 'anthropic', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['gemini'],
})
