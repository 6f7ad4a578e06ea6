import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import { guards, type MaskPolicy } from '../../masking/policy.ts'
import { type Masked, OverBudget } from '../../masking/request-masker.ts'
import { MaskSession } from '../../masking/session.ts'
import { isStructured } from '../../recovery/answer-shape.ts'
import type { Services } from '../../services.ts'
import { maskBody } from './body.ts'
import { unscannedError } from './errors.ts'
import { maskForm } from './form.ts'
import { guard } from './guard.ts'
import { maskHead } from './head.ts'
import { withNote } from './note.ts'

/**
 * Finds personal data and secrets in what the caller sent and puts placeholders there, before anything else of the
 * request is looked at, counted or kept. What can't be looked at does not pass.
 */
export function mask(context: Context, services: Services): void | Promise<void> {
  const { mask: policy, guard: guarding } = context.route ?? {}
  if (policy === undefined) return guarding && guard(context, services, guarding)
  const masked = maskAll(context, services, policy)
  return guarding === undefined ? masked : masked.then(() => guard(context, services, guarding))
}

async function maskAll(context: Context, services: Services, policy: MaskPolicy): Promise<void> {
  const startedAt = performance.now()
  context.maskRulesVersion = policy.version
  try {
    maskHead(context, policy)
    context.piiScanUs = Math.round((performance.now() - startedAt) * 1000)
    const masked = await maskContent(context, services, policy)
    if (masked !== undefined) open(context, policy, masked)
  } catch (error) {
    refuse(context, services, { error, policy })
  }
}

function maskContent(context: Context, services: Services, policy: MaskPolicy): Promise<Masked> | undefined {
  const { body, form } = context
  const ask = { policy, scope: scopeOf(context) }
  if (body !== undefined) return maskBody(context, services, { body, ask })
  if (form !== undefined) return maskForm(context, form, ask)
  if (guards(policy.input) && hasUnreadBody(context)) throw unscannedError('the body of this path')
  return undefined
}

/** A body that is passed on as it comes: nobody knows what it holds. */
function hasUnreadBody({ req, requestBytes }: Context): boolean {
  return requestBytes > 0 || req.headers['transfer-encoding'] !== undefined
}

/** Who asks, under which key: what stands for what is known to nobody else. */
export function scopeOf({ callerKey, hints }: Context): string {
  return `${callerKey?.name ?? ''}\0${hints.customer}`
}

function open(context: Context, policy: MaskPolicy, { map, sent }: Masked): void {
  const { body, dialectName } = context
  const isJsonText = body !== undefined && isStructured(dialectName, body)
  context.masking = new MaskSession({ policy, map, sent, isJsonText })
  // What models are told of placeholders is no part of the prompt that is counted and compared.
  if (policy.note && map.size > 0 && body !== undefined && context.operation === 'generate')
    context.notedBody = withNote(dialectName, body)
}

/** A detector that fails, or a text that is too much for it, is no reason to let the text through. */
function refuse(
  context: Context,
  services: Services,
  { error, policy }: { error: unknown; policy: MaskPolicy },
): void {
  if (context.caller.isGone) throw error
  if (error instanceof GatewayError) {
    context.piiAction = 'block'
    throw error
  }
  const isOver = error instanceof OverBudget
  const code = isOver ? 'mask_over_budget' : 'mask_failed'
  if ((isOver ? policy.overBudget : policy.onError) === 'allow') {
    services.log.warn('sent unmasked', { request_id: context.requestId, code })
    return
  }
  context.piiAction = 'block'
  if (!isOver) services.log.error('masking failed', { request_id: context.requestId, kind: kindOf(error) })
  throw new GatewayError(code)
}

/** The message of an unknown error may hold the text that it failed at. */
function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
