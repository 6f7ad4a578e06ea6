/** What of an answer is looked at; text only where it is stored. */
export interface GatedAnswer {
  readonly finishReason: string
  readonly outputTokens: number
  readonly text?: string | undefined
  readonly prompt?: string | undefined
  /** The request asked for JSON. */
  readonly isJsonAsked?: boolean
  readonly tools?: readonly CalledTool[]
  /** By name: arguments that have to be there. */
  readonly toolsKnown?: ReadonlyMap<string, readonly string[]>
  /** Somebody answered the same prompt, or it is known to be answerable: only then is a refusal a failure. */
  readonly isAnswerable?: boolean
}

export interface CalledTool {
  readonly name: string
  readonly arguments: string
}

export type Gate = 'empty' | 'length' | 'refusal' | 'json' | 'tool' | 'repetition' | 'script'

const cutReasons = new Set(['length', 'max_tokens', 'max_output_tokens', 'MAX_TOKENS', 'incomplete'])

/** The first that is hit makes the score 0; undefined: none is. */
export function gateOf(answer: GatedAnswer): Gate | undefined {
  const { text, prompt, tools = [] } = answer
  const isEmpty = text === undefined ? answer.outputTokens === 0 : text.trim() === '' && tools.length === 0
  if (isEmpty) return 'empty'
  if (cutReasons.has(answer.finishReason)) return 'length'
  if (toolProblem(tools, answer.toolsKnown)) return 'tool'
  if (text === undefined) return undefined
  if (answer.isAnswerable === true && isRefusal(text)) return 'refusal'
  if (answer.isJsonAsked === true && !isJson(text)) return 'json'
  if (repetition(text) > repetitionMost) return 'repetition'
  if (prompt !== undefined && scriptDistance(prompt, text) > scriptDistanceMost) return 'script'
  return undefined
}

const repetitionMost = 0.5
const scriptDistanceMost = 0.6
/** Longer answers that begin with an apology usually go on to help. */
const refusalCharsMost = 400

const refusals =
  /\b(i('m| am) (sorry|unable|not able)|i can(no|')t (help|assist|comply|provide|do)|as an ai|i must decline|es tut mir leid|das kann ich nicht|je ne peux pas|lo siento)/i

export function isRefusal(text: string): boolean {
  const words = text.trim()
  return words.length <= refusalCharsMost && refusals.test(words.replaceAll('’', "'"))
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text.trim().replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1'))
    return true
  } catch {
    return false
  }
}

const repetitionTokens = 200
const gram = 4

/** Share of groups of four words, among the last ones, that were there before. */
export function repetition(text: string): number {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean).slice(-repetitionTokens)
  const grams = words
    .slice(0, Math.max(0, words.length - gram + 1))
    .map((_, at) => words.slice(at, at + gram).join(' '))
  return grams.length < gram * 4 ? 0 : 1 - new Set(grams).size / grams.length
}

const scripts = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Han',
  'Hiragana',
  'Hangul',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Thai',
]
const patterns = scripts.map((script) => new RegExp(`\\p{Script=${script}}`, 'gu'))
/** A word in another script says nothing of a short text. */
const lettersLeast = 40

/** Half the sum of differences between the shares of scripts: 0 the same, 1 nothing in common. */
export function scriptDistance(a: string, b: string): number {
  const [one, other] = [sharesOf(a), sharesOf(b)]
  if (one === undefined || other === undefined) return 0
  return one.reduce((sum, share, index) => sum + Math.abs(share - (other[index] ?? 0)), 0) / 2
}

function sharesOf(text: string): number[] | undefined {
  const counts = patterns.map((pattern) => text.slice(0, 20_000).match(pattern)?.length ?? 0)
  const sum = counts.reduce((total, count) => total + count, 0)
  return sum < lettersLeast ? undefined : counts.map((count) => count / sum)
}

function toolProblem(
  tools: readonly CalledTool[],
  known: ReadonlyMap<string, readonly string[]> | undefined,
): boolean {
  return tools.some(({ name, arguments: text }) => {
    const required = known?.get(name)
    if (known !== undefined && required === undefined) return true
    try {
      const given: unknown = JSON.parse(text || '{}')
      return (
        required?.some((field) => typeof given !== 'object' || given === null || !(field in given)) ?? false
      )
    } catch {
      return true
    }
  })
}
