/** Who publishes a model on Vertex, which decides how it is spoken to. */
export interface VertexModel {
  readonly publisher: 'google' | 'anthropic' | 'open'
  /** As it stands in the address. */
  readonly id: string
}

/**
 * Names come bare (`gemini-3.5-flash`, `claude-sonnet-5@default`), with their publisher
 * (`anthropic/claude-…`), or as resources (`publishers/google/models/…`). Any other publisher's model
 * (`meta/llama-…-maas`) is served on Vertex's OpenAI-compatible endpoint under its full name.
 */
export function vertexModel(name: string): VertexModel {
  const short = name.replace(/^publishers\//, '').replace('/models/', '/')
  const [publisher, id] = splitPublisher(short)
  if (publisher === 'anthropic' || (publisher === '' && id.startsWith('claude-'))) {
    return { publisher: 'anthropic', id }
  }
  // Gemma and friends are Google's, but are served like the other open models.
  const isOpen = (publisher !== '' && publisher !== 'google') || id.endsWith('-maas')
  return isOpen ? { publisher: 'open', id: short } : { publisher: 'google', id }
}

function splitPublisher(name: string): [string, string] {
  const at = name.indexOf('/')
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)]
}

/** Newer embedding models take one content in Gemini's format; older ones are predictions. */
export function vertexEmbeddingMethod(model: string): 'embedContent' | 'predict' {
  return /gemini-embedding-(?:[2-9]|[1-9]\d)/.test(model) ? 'embedContent' : 'predict'
}
