import { isObject } from '../../contract/json.ts'

/** What somebody says of an answer: of a pair, how much better than the baseline's it is, .5 where they are equal. */
export interface HumanLabel {
  /** Id of a request or of a golden item. */
  readonly subject: string
  readonly candidate: string
  readonly score: number
  readonly rater: string
}

export class LabelProblem extends Error {}

/** JSONL of `{request_id | item, candidate, score, rater}`; empty scores are those still to be filled in. */
export function readLabels(text: string, file: string): HumanLabel[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const wrong = (what: string) => new LabelProblem(`${file}:${index + 1}: ${what}`)
    let fields: unknown
    try {
      fields = JSON.parse(line)
    } catch {
      throw wrong('it is not JSON')
    }
    if (!isObject(fields)) throw wrong('it is no JSON object')
    const { request_id, item, candidate, score, rater = '' } = fields
    const subject = request_id ?? item
    if (typeof subject !== 'string' || subject === '') throw wrong('it names no request_id and no item')
    if (typeof candidate !== 'string') throw wrong('it names no candidate')
    if (score === null || score === undefined) return []
    if (typeof score !== 'number' || !(score >= 0 && score <= 1))
      throw wrong('its score is no number from 0 to 1')
    return [{ subject, candidate, score, rater: String(rater) }]
  })
}
