/** Names a served model may be listed under, best first. `isAssumed`: the price is that of another model. */
interface Spelling {
  readonly id: string
  readonly isAssumed: boolean
}

const dashedDate = /-\d{4}-\d{2}-\d{2}$/
const plainDate = /[-@]\d{8}$/

/** An ARN of Bedrock ends with the model or the inference profile; one of an account's own names neither. */
const arn = /^arn:aws[\w-]*:bedrock:.*:(?:foundation-model|inference-profile)\/(.+)$/

function spellings(named: string): Spelling[] {
  const model = arn.exec(named)?.[1] ?? named
  const found = undated(model).map((id) => ({ id, isAssumed: false }))
  const base = /^ft:([^:]+)/i.exec(model)?.[1]
  if (base === undefined) return found
  return [
    ...found,
    ...undated(`ft:${base}`).map((id) => ({ id, isAssumed: false })),
    ...undated(base).map((id) => ({ id, isAssumed: true })),
  ]
}

function undated(model: string): string[] {
  return [...new Set([model, model.replace(dashedDate, ''), model.replace(plainDate, '')])]
}

/** Ids by their lower-case form; undefined where two rows differ only in case. */
export function lowerCaseIndex(ids: Iterable<string>): ReadonlyMap<string, string | undefined> {
  const index = new Map<string, string | undefined>()
  for (const id of ids) {
    const lower = id.toLowerCase()
    index.set(lower, index.has(lower) ? undefined : id)
  }
  return index
}

export function resolveModel(
  model: string,
  has: (id: string) => boolean,
  lowerCased: () => ReadonlyMap<string, string | undefined>,
): Spelling | undefined {
  const candidates = spellings(model)
  const exact = candidates.find(({ id }) => has(id))
  if (exact !== undefined) return exact
  const index = lowerCased()
  for (const { id, isAssumed } of candidates) {
    const listed = index.get(id.toLowerCase())
    if (listed !== undefined) return { id: listed, isAssumed }
  }
  return undefined
}
