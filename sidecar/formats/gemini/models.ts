/** What the name of a model says about how it must be asked. */
export interface GeminiModel {
  /** 2.5, 3.1 …; Infinity for aliases like gemini-flash-latest; 0 for anything that is no Gemini. */
  readonly version: number
  readonly isPro: boolean
  readonly isFlashLite: boolean
}

export function geminiModel(name: string): GeminiModel {
  const lower = name.toLowerCase()
  const version = /gemini-(?:live-)?(\d+(?:\.\d+)?)/.exec(lower)?.[1]
  const isAlias = /gemini-(?:pro|flash|flash-lite|omni)-/.test(lower) && !/-\d\.\d/.test(lower)
  return {
    version: version !== undefined ? Number(version) : isAlias ? Number.POSITIVE_INFINITY : 0,
    isPro: /-pro(?:-|$)/.test(lower),
    isFlashLite: lower.includes('flash-lite'),
  }
}

/** From Gemini 3 on a function call without its signature is refused. */
export function wantsSignatures(model: GeminiModel): boolean {
  return model.version >= 3
}

/** Functions and a JSON schema in one request: refused before Gemini 3. */
export function combinesToolsAndSchema(model: GeminiModel): boolean {
  return model.version >= 3 || model.version === 0
}

/** Older models only know the OpenAPI subset. */
export function readsJsonSchema(model: GeminiModel): boolean {
  return model.version >= 2.5 || model.version === 0
}
