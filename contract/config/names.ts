import * as v from 'valibot'

/** Kinds of providers; each has a folder in sidecar/providers and a line in its registry. */
export const providerKinds = [
  'openai',
  'azure',
  'openai-compatible',
  'anthropic',
  'gemini',
  'vertex',
  'bedrock',
  'cohere',
  'simulated',
] as const
export type ProviderKind = (typeof providerKinds)[number]

/** Rows of the table of OpenAI-compatible hosts (sidecar/providers/openai-compatible/hosts.ts). */
export const hostNames = [
  'openai',
  'deepseek',
  'dashscope',
  'mistral',
  'groq',
  'together',
  'fireworks',
  'xai',
  'openrouter',
  'moonshot',
  'zai',
  'vllm',
  'sglang',
  'llamacpp',
  'ollama',
] as const
export type HostName = (typeof hostNames)[number]

/** What a caller asks for, apart from how it says it. `other` is any path passed through as it is. */
export const operations = [
  'generate',
  'count_tokens',
  'completions',
  'embeddings',
  'moderations',
  'images',
  'transcription',
  'speech',
  'rerank',
  'models',
  'other',
] as const

/** Languages that a prompt is recognised in (sidecar/prompt/language.ts). */
export const languages = [
  'ar',
  'bn',
  'de',
  'el',
  'en',
  'es',
  'fr',
  'he',
  'hi',
  'hy',
  'it',
  'ja',
  'ka',
  'ko',
  'nl',
  'pl',
  'pt',
  'ru',
  'sv',
  'ta',
  'th',
  'tr',
  'zh',
] as const

/** Routes there are without being configured, over all candidates of the configured ones. */
export const builtInRoutes = ['auto', 'auto-cheapest', 'auto-fastest', 'auto-best'] as const

export const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, . _ -'),
)

/** Secrets are named here, never written: the file may then lie in a repository. */
export const envName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'expected the NAME of an environment variable, such as OPENAI_API_KEY, not its value',
  ),
)

export const httpUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s/]+/, 'expected an http or https URL such as https://host/v1'),
  v.url('expected an http or https URL such as https://host/v1'),
)
