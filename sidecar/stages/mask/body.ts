import { setImmediate as breath } from 'node:timers/promises'
import { isObject } from '../../../contract/json.ts'
import { JsonBody } from '../../body/json-body.ts'
import type { Context } from '../../context.ts'
import { type Masked, RequestMasker } from '../../masking/request-masker.ts'
import { requestShapes } from '../../masking/walk/requests.ts'
import type { Services } from '../../services.ts'
import { type MaskAsk, noteFinds, refuseWhatMayNotPass } from './note-finds.ts'

/** Looking through a body lets others move at least this often. */
const sliceMs = 8

/** A JSON body with placeholders in place of what was found; byte for byte the caller's own where nothing was. */
export async function maskBody(
  context: Context,
  services: Services,
  { body, ask }: { body: JsonBody; ask: MaskAsk },
): Promise<Masked> {
  const known = services.vault.recall(ask.scope, conversationOf(body))
  const masker = new RequestMasker(body.bytes.toString('utf8'), requestShapes[context.dialectName], {
    ...ask,
    known,
  })
  while (!masker.scan(sliceMs)) await breath()
  await askOthers(context, services, { masker, ask })
  const masked = masker.finish()
  noteFinds(context, masked)
  refuseWhatMayNotPass(ask.policy, masked)
  if (masked.json !== undefined) context.body = JsonBody.read(Buffer.from(masked.json))
  return masked
}

/** Recognisers over the network, all texts at once. One that fails is as bad as a detector that does. */
async function askOthers(
  context: Context,
  services: Services,
  { masker, ask }: { masker: RequestMasker; ask: MaskAsk },
): Promise<void> {
  for (const { recognize, onError } of ask.policy.recognizers) {
    try {
      masker.add(await recognize(masker.texts))
    } catch (error) {
      if (onError === 'block') throw error
      services.log.warn('a recogniser was left out', { request_id: context.requestId })
    }
  }
}

/** The answer, or the conversation, that the provider remembers and this request goes on with. */
export function conversationOf(body: JsonBody): string | undefined {
  const previous = body.string('previous_response_id')
  if (previous !== undefined) return previous
  const conversation = body.has('conversation') ? body.get('conversation') : undefined
  const id = isObject(conversation) ? conversation['id'] : conversation
  return typeof id === 'string' && id !== '' ? id : undefined
}
