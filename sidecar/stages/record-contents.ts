import { promptKeys } from '../../contract/fingerprint.ts'
import type { ContentRow } from '../../contract/tables/contents.ts'
import type { JsonBody } from '../body/json-body.ts'
import type { Context } from '../context.ts'
import { redacted } from '../masking/replaced.ts'
import type { Scanner } from '../masking/scan.ts'

/** Of a prompt and of an answer; a page of text has 3 kB. */
const storedCharsMax = 65_536

/**
 * The text of a request for the warehouse, where `content.store` asks for it: only of requests that were masked, and
 * looked through once more, because a route may let pass what nobody may keep.
 */
export function contentsOf(context: Context): ContentRow | undefined {
  const { masking, body, snapshot } = context
  if (snapshot.config.content.store !== 'masked' || masking === undefined || body === undefined)
    return undefined
  const { scanner } = masking.policy
  const prompt = promptOf(body)
  const answer = answerOf(context)
  const isPart = context.recovery.mode === 'stitch'
  return {
    ts: context.arrivedMs,
    request_id: context.requestId,
    app: context.callerKey?.app ?? snapshot.config.identity.app,
    customer: context.hints.customer,
    route: context.route?.name ?? '',
    prompt: storable(scanner, prompt),
    answer: storable(scanner, answer),
    prompt_bytes: Buffer.byteLength(prompt),
    answer_bytes: Buffer.byteLength(answer),
    truncated: isPart || prompt.length > storedCharsMax || answer.length > storedCharsMax,
    mask_rules_version: context.maskRulesVersion,
  }
}

/** The fields that prompt the model, as JSON; pictures and files are left out. */
function promptOf(body: JsonBody): string {
  const members = body.keys
    .filter(({ name }) => promptKeys.has(name))
    .map(({ keyStart, valueStart, valueEnd }) => {
      let text = ''
      let from = keyStart
      for (const { start, end, isBase64 } of body.longStrings) {
        if (!isBase64 || start < valueStart || end > valueEnd) continue
        text += `${body.bytes.toString('utf8', from, start)}…`
        from = end
      }
      return text + body.bytes.toString('utf8', from, valueEnd)
    })
  return `{${members.join(',')}}`
}

function answerOf({ answer }: Context): string {
  switch (answer?.kind) {
    case 'stream':
      return answer.stream.facts.content
    case 'whole':
      return answer.lane.contentOf(answer.json)
    default:
      return ''
  }
}

function storable(scanner: Pick<Scanner, 'scan'>, text: string): string {
  const short = text.length > storedCharsMax ? text.slice(0, storedCharsMax) : text
  let said = ''
  let from = 0
  for (const { start, end, type } of scanner.scan(short)) {
    said += short.slice(from, start) + redacted(type)
    from = end
  }
  return said + short.slice(from)
}
