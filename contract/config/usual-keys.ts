import type { HostName, ProviderKind } from './names.ts'

/** The variable that the key of a kind usually lies in; those that are not here have other ways, or none. */
export const usualKeyOfKind = {
  openai: 'OPENAI_API_KEY',
  azure: 'AZURE_OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  gemini: 'GEMINI_API_KEY',
  cohere: 'COHERE_API_KEY',
  bedrock: 'AWS_BEARER_TOKEN_BEDROCK',
} as const satisfies Partial<Record<ProviderKind, string>>

/** The same of OpenAI-compatible hosts; '' where there usually is none. */
export const usualKeyOfHost: Readonly<Record<HostName, string>> = {
  openai: 'OPENAI_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
  dashscope: 'DASHSCOPE_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  groq: 'GROQ_API_KEY',
  together: 'TOGETHER_API_KEY',
  fireworks: 'FIREWORKS_API_KEY',
  xai: 'XAI_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  moonshot: 'MOONSHOT_API_KEY',
  zai: 'ZAI_API_KEY',
  vllm: '',
  sglang: '',
  llamacpp: '',
  ollama: '',
}
