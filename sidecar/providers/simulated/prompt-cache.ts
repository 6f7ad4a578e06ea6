import { digest } from './text.ts'

/** Looks up how much of a prompt this server has seen before, in whole blocks from its beginning. */
export interface PromptCache {
  look(prompt: string): { readonly read: number; readonly fresh: number }
}

/** 1024 tokens at four bytes each: the least that vendors cache. */
const blockLength = 4096
const blockTokens = 1024
const blocksMax = 20_000

export function promptCache(): PromptCache {
  const seen = new Set<string>()
  const remember = (key: string) => {
    seen.add(key)
    if (seen.size <= blocksMax) return
    const oldest = seen.values().next()
    if (!oldest.done) seen.delete(oldest.value)
  }
  return {
    look: (prompt) => {
      let read = 0
      let fresh = 0
      let key = ''
      for (let at = 0; at + blockLength <= prompt.length; at += blockLength) {
        key = digest(key + prompt.slice(at, at + blockLength))
        if (fresh === 0 && seen.has(key)) read += blockTokens
        else fresh += blockTokens
        remember(key)
      }
      return { read, fresh }
    },
  }
}
