import { isObject } from '../../contract/json.ts'

export interface ClassifierAsk {
  /** With /v1, as providers of OpenAI's kind have it. */
  readonly baseUrl: string
  readonly key: string | undefined
  readonly model: string
  readonly deadlineMs: number
  readonly texts: readonly string[]
}

/** What such models read; the end says most of what is new. */
const charsMax = 32_768
const answerBytesMost = 1024 * 1024

/** Asks a moderation model of OpenAI's protocol. Rejects when it is late, away or makes no sense. */
export async function isFlagged(ask: ClassifierAsk, fetcher: typeof fetch = fetch): Promise<boolean> {
  const answer = await fetcher(`${ask.baseUrl}/moderations`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(ask.key === undefined ? {} : { authorization: `Bearer ${ask.key}` }),
    },
    body: JSON.stringify({ model: ask.model, input: ask.texts.join('\n\n').slice(-charsMax) }),
    signal: AbortSignal.timeout(ask.deadlineMs),
  })
  const content = await answer.text()
  if (!answer.ok) throw new Error(`the classifier answered ${answer.status}`)
  if (content.length > answerBytesMost) throw new Error('the classifier answered too much')
  return flaggedIn(JSON.parse(content))
}

function flaggedIn(answer: unknown): boolean {
  const results = isObject(answer) ? answer['results'] : undefined
  if (!Array.isArray(results)) throw new Error('the classifier answered no results')
  return results.some((result) => isObject(result) && result['flagged'] === true)
}
