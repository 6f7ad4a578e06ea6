import { parentPort } from 'node:worker_threads'
import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base'
import { isObject } from '../../contract/json.ts'
import { type Counted, countTexts } from './count.ts'
import type { CountAsk, CountJob, CountReply } from './message.ts'
import { promptTexts } from './prompt-texts.ts'

/** The worker's side of counter.ts: the encoding needs 65 MB and 130 ms, and nobody waits for it here. */

// Its default keeps every word it ever saw.
setMergeCacheSize(20_000)

// Without it the marks of the encoding itself, such as <|endoftext|>, are thrown at whoever sends them.
const noneDisallowed = { disallowedSpecial: new Set<string>() }
const encoding = (text: string) => countTokens(text, noneDisallowed)

/** What chat formats add around a turn and before the answer. */
const tokensPerTurn = 4
const tokensBeforeAnswer = 3
/** An image of usual size. What it really is depends on the model, so the count is an estimate. */
const tokensPerMedium = 1000

parentPort?.on('message', ({ id, job, budgetMs }: CountAsk) => {
  const reply: CountReply = { id, counted: counted(job, budgetMs) }
  parentPort?.postMessage(reply)
})

function counted(job: CountJob, budgetMs: number): Counted | undefined {
  try {
    // Processor time: on a busy machine waiting is not counting.
    const untilUs = cpuUs() + budgetMs * 1000
    const isOver = () => cpuUs() > untilUs
    return job.kind === 'texts' ? countTexts(job.texts, encoding, isOver) : countPrompt(job.bytes, isOver)
  } catch {
    return undefined
  }
}

function countPrompt(bytes: Uint8Array, isOver: () => boolean): Counted | undefined {
  const body: unknown = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
  )
  if (!isObject(body)) return undefined
  const prompt = promptTexts(body)
  const { tokens, isExact } = countTexts(prompt.texts, encoding, isOver)
  const around = prompt.turns === 0 ? 0 : prompt.turns * tokensPerTurn + tokensBeforeAnswer
  return {
    tokens: tokens + around + prompt.tokens + prompt.media * tokensPerMedium,
    isExact: isExact && prompt.media === 0,
  }
}

function cpuUs(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}
