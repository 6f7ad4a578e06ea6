import type { HostName } from '../../../contract/config/names.ts'
import { usualKeyOfHost } from '../../../contract/config/usual-keys.ts'
import type { HostQuirks } from '../../formats/format.ts'

export interface HostRow {
  readonly baseUrl: string
  /** The variable its users usually keep the key in; '' where there usually is none. */
  readonly keyEnv: string
  readonly quirks: HostQuirks
}

/** OpenAI itself. Every other row says only what differs. */
export const defaultQuirks: HostQuirks = {
  maxField: 'max_completion_tokens',
  bothMaxFields: true,
  developerRole: true,
  reasoning: 'effort',
  streamOptions: true,
  strictTools: true,
  store: true,
  reasoningOutsideCompletion: false,
  shortToolIds: false,
  seedField: 'seed',
  responses: true,
  endUserField: 'safety_identifier',
  serviceTiers: ['auto', 'default', 'flex', 'scale', 'priority', 'fast'],
}

/** What most hosts have in common. */
const compatible: HostQuirks = {
  maxField: 'max_tokens',
  developerRole: false,
  reasoning: 'none',
  streamOptions: true,
  strictTools: true,
  store: false,
  reasoningOutsideCompletion: false,
  shortToolIds: false,
  seedField: 'seed',
  responses: false,
  endUserField: 'user',
}

/** Servers of open models: vLLM, SGLang, llama.cpp. */
const selfHosted: HostQuirks = {
  ...compatible,
  bothMaxFields: true,
  reasoning: 'template_kwargs',
  strictTools: false,
  topK: true,
  thinkingBack: 'reasoning_content',
}

const rows: Readonly<Record<HostName, HostRow>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', keyEnv: usualKeyOfHost.openai, quirks: defaultQuirks },
  deepseek: {
    baseUrl: 'https://api.deepseek.com/v1',
    keyEnv: usualKeyOfHost.deepseek,
    quirks: {
      ...compatible,
      reasoning: 'thinking_type',
      effortBeside: true,
      jsonSchema: false,
      // Refuses a conversation with tool calls whose thinking is missing, and ignores it elsewhere.
      thinkingBack: 'reasoning_content',
    },
  },
  dashscope: {
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    keyEnv: usualKeyOfHost.dashscope,
    quirks: {
      ...compatible,
      reasoning: 'enable_thinking',
      topK: true,
      cacheMarks: 'cache_control',
      prefill: 'partial',
    },
  },
  mistral: {
    baseUrl: 'https://api.mistral.ai/v1',
    keyEnv: usualKeyOfHost.mistral,
    quirks: {
      maxField: 'max_tokens',
      developerRole: false,
      reasoning: 'effort',
      // Streams state their usage anyway.
      streamOptions: false,
      strictTools: true,
      store: false,
      reasoningOutsideCompletion: false,
      shortToolIds: true,
      seedField: 'random_seed',
      responses: false,
      thinkingBack: 'thinking_parts',
      prefill: 'prefix',
    },
  },
  groq: {
    baseUrl: 'https://api.groq.com/openai/v1',
    keyEnv: usualKeyOfHost.groq,
    quirks: {
      ...compatible,
      maxField: 'max_completion_tokens',
      bothMaxFields: true,
      developerRole: true,
      reasoning: 'effort',
      responses: true,
      thinkingBack: 'reasoning',
      serviceTiers: ['auto', 'on_demand', 'flex', 'performance'],
    },
  },
  together: {
    baseUrl: 'https://api.together.xyz/v1',
    keyEnv: usualKeyOfHost.together,
    quirks: { ...compatible, reasoning: 'enabled_object', strictTools: false, topK: true },
  },
  fireworks: {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyEnv: usualKeyOfHost.fireworks,
    quirks: { ...compatible, reasoning: 'effort', topK: true, thinkingBack: 'reasoning_content' },
  },
  xai: {
    baseUrl: 'https://api.x.ai/v1',
    keyEnv: usualKeyOfHost.xai,
    quirks: {
      ...compatible,
      maxField: 'max_completion_tokens',
      bothMaxFields: true,
      reasoning: 'effort',
      reasoningOutsideCompletion: true,
      responses: true,
    },
  },
  openrouter: {
    baseUrl: 'https://openrouter.ai/api/v1',
    keyEnv: usualKeyOfHost.openrouter,
    quirks: {
      ...compatible,
      bothMaxFields: true,
      reasoning: 'effort_object',
      topK: true,
      responses: true,
      thinkingBack: 'reasoning_details',
      cacheMarks: 'cache_control',
    },
  },
  moonshot: {
    baseUrl: 'https://api.moonshot.ai/v1',
    keyEnv: usualKeyOfHost.moonshot,
    quirks: {
      ...compatible,
      reasoning: 'thinking_type',
      strictTools: false,
      thinkingBack: 'reasoning_content',
      prefill: 'partial',
    },
  },
  zai: {
    baseUrl: 'https://api.z.ai/api/paas/v4',
    keyEnv: usualKeyOfHost.zai,
    quirks: {
      ...compatible,
      reasoning: 'thinking_type',
      strictTools: false,
      jsonSchema: false,
      thinkingBack: 'reasoning_content',
    },
  },
  vllm: {
    baseUrl: 'http://127.0.0.1:8000/v1',
    keyEnv: usualKeyOfHost.vllm,
    quirks: { ...selfHosted, prefill: 'continue_final_message' },
  },
  sglang: {
    baseUrl: 'http://127.0.0.1:30000/v1',
    keyEnv: usualKeyOfHost.sglang,
    quirks: { ...selfHosted, prefill: 'continue_final_message' },
  },
  llamacpp: { baseUrl: 'http://127.0.0.1:8080/v1', keyEnv: usualKeyOfHost.llamacpp, quirks: selfHosted },
  ollama: {
    baseUrl: 'http://127.0.0.1:11434/v1',
    keyEnv: usualKeyOfHost.ollama,
    quirks: { ...compatible, reasoning: 'think', strictTools: false, thinkingBack: 'reasoning' },
  },
}

export const hostTable: Readonly<Record<string, HostRow>> = rows
