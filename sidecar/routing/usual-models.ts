/**
 * What `auto` asks a provider for when neither routes nor `models` say it, by whose prices apply: a small
 * model for everyday work, because whoever names none has not agreed to an expensive one. A test looks each
 * up in the catalog.
 */
export const usualModels: Readonly<Record<string, string>> = {
  openai: 'gpt-5.4-mini',
  anthropic: 'claude-haiku-4-5',
  google: 'gemini-2.5-flash',
  cohere: 'command-a-03-2025',
  deepseek: 'deepseek-chat',
  dashscope: 'qwen3.7-plus',
  mistral: 'mistral-small-latest',
  groq: 'openai/gpt-oss-120b',
  together: 'openai/gpt-oss-120b',
  fireworks: 'accounts/fireworks/models/gpt-oss-120b',
  xai: 'grok-4.3',
  openrouter: 'openai/gpt-oss-120b',
}
