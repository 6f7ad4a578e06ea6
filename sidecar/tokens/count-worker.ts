import { parentPort } from 'node:worker_threads'
import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base'
import type { CountAnswer, CountAsk } from './counter.ts'
import { piecesOf } from './pieces.ts'

/** The worker's side of counter.ts: the encoding alone takes 65 MB and more than 100 ms to load. */

setMergeCacheSize(20_000)

/** Words that mean something to the model count as the text they are. */
const options = { disallowedSpecial: new Set<string>() }

const port = parentPort
port?.on('message', (ask: CountAsk) => {
  const answer: CountAnswer = { id: ask.id, tokens: count(ask) }
  port.postMessage(answer)
})

function count({ text, budgetMs }: CountAsk): number | undefined {
  const endMs = performance.now() + budgetMs
  let tokens = 0
  for (const piece of piecesOf(text)) {
    if (performance.now() > endMs) return undefined
    tokens += countTokens(piece, options)
  }
  return tokens
}
