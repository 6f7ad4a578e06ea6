import { arrayAt, isObject, type JsonObject } from '../../../contract/json.ts'

/** Anthropic's own limit. */
const marksMax = 4

/**
 * Keeps the body within the rules for cache marks: four at most, and none that lives an hour after one
 * that lives five minutes. The last marks stay, as they cover the most. Returns whether any had to go.
 */
export function limitCacheMarks(body: JsonObject): boolean {
  const marked = blocksOf(body).filter((block) => isObject(block['cache_control']))
  const surplus = marked.slice(0, Math.max(0, marked.length - marksMax))
  for (const block of surplus) delete block['cache_control']
  let hasShort = false
  for (const block of marked.slice(surplus.length)) {
    const mark = block['cache_control']
    if (!isObject(mark)) continue
    if (hasShort) delete mark['ttl']
    hasShort ||= mark['ttl'] !== '1h'
  }
  return surplus.length > 0
}

/** In the order in which the prompt is built. */
function blocksOf(body: JsonObject): readonly JsonObject[] {
  const messages = arrayAt(body, 'messages').flatMap((message) => arrayAt(message, 'content'))
  return [...arrayAt(body, 'tools'), ...arrayAt(body, 'system'), ...messages].filter(isObject)
}
