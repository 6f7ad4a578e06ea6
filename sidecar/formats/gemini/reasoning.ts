import type { JsonObject } from '../../../contract/json.ts'
import type { Effort, Reasoning } from '../../conversation/request.ts'
import type { Target } from '../format.ts'
import { type GeminiModel, geminiModel } from './models.ts'

export interface WrittenThinking {
  readonly config?: JsonObject
  readonly dropped: readonly string[]
}

/** `thinkingLevel` from Gemini 3 on, `thinkingBudget` for 2.5; what older models would refuse is left out. */
export function writeThinking(reasoning: Reasoning | undefined, target: Target): WrittenThinking {
  if (!reasoning) return { dropped: [] }
  const model = geminiModel(target.model)
  const isLevelled = model.version >= 3 || (model.version === 0 && target.capabilities.includes('reasoning'))
  if (!isLevelled && model.version !== 2.5) {
    return { dropped: reasoning.mode === 'off' ? [] : ['reasoning_effort'] }
  }
  const amount = isLevelled ? level(reasoning, target.model) : budget(reasoning, model)
  const shown = reasoning.visible === undefined ? {} : { includeThoughts: reasoning.visible }
  const config = { ...amount, ...shown }
  const stillThinks = reasoning.mode === 'off' && amount['thinkingBudget'] !== 0
  return {
    ...(Object.keys(config).length > 0 ? { config } : {}),
    // Some models cannot stop thinking: they get their least, and the caller is told.
    dropped: stillThinks && amount['thinkingLevel'] !== 'MINIMAL' ? ['reasoning_effort'] : [],
  }
}

/** Models that know MINIMAL; the others know LOW and HIGH, and all but the first Pro know MEDIUM. */
const minimalModels = /gemini-3-flash|gemini-3\.[56]-flash|flash-lite/
const lowHighModels = /gemini-3-pro/

function level(reasoning: Reasoning, name: string): JsonObject {
  const least = minimalModels.test(name) ? 'MINIMAL' : 'LOW'
  const effort = reasoning.effort ?? effortOf(reasoning.budgetTokens)
  if (reasoning.mode === 'off') return { thinkingLevel: least }
  switch (effort) {
    case undefined:
      return {}
    case 'none':
    case 'minimal':
      return { thinkingLevel: least }
    case 'low':
      return { thinkingLevel: 'LOW' }
    case 'medium':
      return { thinkingLevel: lowHighModels.test(name) ? 'HIGH' : 'MEDIUM' }
    default:
      return { thinkingLevel: 'HIGH' }
  }
}

function effortOf(budgetTokens: number | undefined): Effort | undefined {
  if (budgetTokens === undefined) return undefined
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 8192 ? 'medium' : 'high'
}

const budgets: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
}

/** The ranges of the 2.5 family: Pro 128 to 32,768, never off; Flash up to 24,576; Flash-Lite from 512. */
function budget(reasoning: Reasoning, model: GeminiModel): JsonObject {
  const least = model.isPro ? 128 : model.isFlashLite ? 512 : 1
  const most = model.isPro ? 32_768 : 24_576
  if (reasoning.mode === 'off' || reasoning.effort === 'none')
    return { thinkingBudget: model.isPro ? least : 0 }
  const wanted = reasoning.budgetTokens ?? (reasoning.effort ? budgets[reasoning.effort] : undefined)
  // -1 leaves the amount to the model.
  if (wanted === undefined) return { thinkingBudget: -1 }
  return { thinkingBudget: Math.min(most, Math.max(least, wanted)) }
}
