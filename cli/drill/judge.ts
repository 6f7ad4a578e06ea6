import type { LedgerRecord } from '../../contract/record.ts'
import type { Route } from '../../sidecar/routing/route.ts'
import { adviceOn } from './advice.ts'
import type { Came } from './ask.ts'
import type { Reading } from './reading.ts'
import type { Shot } from './shot.ts'

export type EndingOf = 'answer' | 'expected_error' | 'error' | 'failed' | 'skipped'

export interface Verdict {
  /** A full answer; an error that was to come; an honest error; neither; or nothing could be tried. */
  readonly ending: EndingOf
  readonly reason: string
  /** What to change in the configuration. */
  readonly advice: string | undefined
  /** Of the error that callers saw. */
  readonly code?: string | undefined
}

export interface Evidence {
  readonly shot: Shot
  readonly route: Route
  readonly assigned: string
  readonly came: Came
  readonly reading: Reading
  readonly record: LedgerRecord | undefined
  /** Records of this one request. */
  readonly records: number
  readonly calls: number
  /** Numbers in a full answer. */
  readonly words: number
}

/** A full answer or an honest error, in time, nothing twice, and on record. */
export function judge(evidence: Evidence): Verdict {
  const wrong = wrongWith(evidence)
  if (wrong !== undefined) return { ending: 'failed', reason: wrong, advice: undefined }
  const { shot, reading } = evidence
  if (
    reading.finish === 'content_filter' ||
    (reading.errorCode !== undefined && shot.scenario.ends === 'verdict')
  )
    return { ending: 'expected_error', reason: 'the verdict was passed on', advice: undefined }
  if (reading.errorCode === undefined)
    return { ending: 'answer', reason: answeredBy(evidence), advice: adviceOn(evidence) }
  const reason = errorText(evidence)
  const code = reading.errorCode
  if (shot.scenario.ends === 'error') return { ending: 'expected_error', reason, advice: undefined, code }
  return { ending: 'error', reason, advice: adviceOn(evidence), code }
}

function wrongWith(evidence: Evidence): string | undefined {
  return wrongEnd(evidence) ?? wrongText(evidence) ?? wrongTime(evidence) ?? wrongRecord(evidence)
}

function wrongEnd({ came, reading }: Evidence): string | undefined {
  if (came.isLost) return `no end after ${inSeconds(came.tookMs)}`
  if (came.status === 0) return 'the connection was closed without an answer'
  if (reading.isUnreadable) return `HTTP ${came.status} with a body that is neither an answer nor an error`
  if (reading.finish !== undefined || reading.errorCode !== undefined) return undefined
  return came.isClean ? 'a cut answer ended as if it were complete' : 'the connection broke without an error'
}

function wrongText({ reading, route, words }: Evidence): string | undefined {
  const { text, finish, errorCode } = reading
  const full = numbers(words)
  const again = route.recovery.midStream === 'restart' ? text.lastIndexOf(full) : -1
  const told = again > 0 ? text.slice(again) : text
  if (!full.startsWith(told))
    return isRepeated(told) ? 'words were delivered twice' : 'words are missing in the middle'
  const isShort = told.length < full.length && finish !== 'length' && finish !== 'content_filter'
  return isShort && errorCode === undefined ? 'a cut answer ended as if it were complete' : undefined
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1).join(' ')

function isRepeated(text: string): boolean {
  const found = text.match(/\d+/g) ?? []
  return new Set(found).size < found.length
}

/** A busy machine is late, but not by more than this. */
const lateMs = 1000

function wrongTime({ shot, came, route }: Evidence): string | undefined {
  const { totalMs } = route.timeouts
  if (came.tookMs > totalMs + lateMs)
    return `took ${inSeconds(came.tookMs)}, where all of it may take ${inSeconds(totalMs)}`
  const patienceMs = shot.streamed ? patienceOf(shot, route) : Number.POSITIVE_INFINITY
  const silentMs = longestSilence(came)
  if (silentMs <= patienceMs + lateMs) return undefined
  return `silent for ${inSeconds(silentMs)}, where ${inSeconds(patienceMs)} are allowed`
}

/** How long a stream may be silent in this trouble, where somebody else could be asked. */
function patienceOf({ scenario }: Shot, { timeouts, candidates }: Route): number {
  if (scenario.name === 'stall') return timeouts.idleMs
  if (candidates.length === 1) return Number.POSITIVE_INFINITY
  if (scenario.name === 'silent') return Math.min(timeouts.headersMs, timeouts.firstTokenMs)
  const isLate = scenario.name === 'silent-start' || scenario.name === 'slow-start'
  return isLate ? timeouts.firstTokenMs : Number.POSITIVE_INFINITY
}

function longestSilence({ piecesMs, tookMs }: Came): number {
  const moments = [0, ...piecesMs, tookMs]
  return Math.max(...moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0)))
}

function wrongRecord({ record, records, reading, calls }: Evidence): string | undefined {
  if (record === undefined) return 'no record was written'
  if (records !== 1) return `${records} records of one request`
  const isOk = record.request.status === 'ok'
  if (isOk !== (reading.errorCode === undefined)) return `the record says ${record.request.status}`
  return record.attempts.length < calls
    ? `${calls} calls, but ${record.attempts.length} on record`
    : undefined
}

function answeredBy({ shot, record, assigned, reading }: Evidence): string {
  const served = record?.request.candidate_served ?? ''
  const tail = reading.finish === 'length' ? ', up to its limit of tokens' : ''
  if (record?.request.recovery_mode === 'stitch') return `${served} went on${tail}`
  if (record?.request.recovery_mode === 'restart') return `${served} began anew${tail}`
  if (served !== assigned) return `${served} answered${tail}`
  const tries = record?.attempts.length ?? 1
  if (tries > 1) return `${served} answered when asked again${tail}`
  return shot.scenario.trouble.kind === 'slow'
    ? `${served} answered late${tail}`
    : `${served} answered all the same${tail}`
}

function errorText({ came, reading }: Evidence): string {
  const back = came.headers['retry-after'] === undefined ? '' : ' with Retry-After'
  if (came.status !== 200) return `callers saw ${came.status}${back}`
  return reading.text === '' ? 'callers saw an error event' : 'callers saw an error midway'
}

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
