import type { HostQuirks, Target } from '../format.ts'

/** OpenAI itself, for tests. */
export const openaiQuirks: HostQuirks = {
  maxField: 'max_completion_tokens',
  developerRole: true,
  reasoning: 'effort',
  streamOptions: true,
  strictTools: true,
  store: true,
  reasoningOutsideCompletion: false,
  shortToolIds: false,
  seedField: 'seed',
  responses: true,
}

export function targetOf(changes: Partial<Target> = {}): Target {
  return {
    model: 'gpt-5.4',
    capabilities: ['tools', 'reasoning'],
    noSampling: false,
    quirks: openaiQuirks,
    ...changes,
  }
}
