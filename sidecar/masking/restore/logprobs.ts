import { isObject, type Json } from '../../../contract/json.ts'

/** What says a token in words: with other words in its place it would say what nobody wrote. */
const wordsOfToken = new Set(['token', 'bytes', 'top_logprobs', 'tokens', 'text_offset'])

/** Leaves the numbers of `logprobs` and takes out the words. */
export function blankLogprobs(holder: Json): void {
  if (!isObject(holder) || !isObject(holder['logprobs'])) {
    if (isObject(holder) && Array.isArray(holder['logprobs'])) holder['logprobs'].forEach(blank)
    return
  }
  blank(holder['logprobs'])
}

function blank(value: Json | undefined): void {
  if (Array.isArray(value)) value.forEach(blank)
  if (!isObject(value)) return
  for (const [key, inner] of Object.entries(value)) {
    if (!wordsOfToken.has(key)) blank(inner)
    else if (typeof inner === 'string') value[key] = ''
    else if (key === 'bytes') value[key] = null
    else if (Array.isArray(inner)) value[key] = key === 'tokens' ? inner.map(() => '') : []
  }
}
