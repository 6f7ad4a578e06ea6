import { setImmediate as breath } from 'node:timers/promises'
import { GatewayError } from '../../../contract/errors.ts'
import { JsonBody } from '../../body/json-body.ts'
import type { Context } from '../../context.ts'
import { CanaryWatch, canaryNote } from '../../guards/canary.ts'
import { isFlagged } from '../../guards/classifier.ts'
import type { GuardPolicy } from '../../guards/policy.ts'
import { guardShapes } from '../../guards/shapes.ts'
import { type Judged, judge } from '../../guards/texts.ts'
import { wrapped } from '../../guards/wrap.ts'
import type { Services } from '../../services.ts'
import { withNote } from './note.ts'

/** Looks for orders that the application did not give, in what users and tools say, behind masking. */
export function guard(context: Context, services: Services, policy: GuardPolicy): void | Promise<void> {
  const { body } = context
  if (body === undefined || context.operation !== 'generate') return undefined
  const pending = look(context, services, { policy, body })
  if (pending !== undefined) return pending.then(() => prepare(context, policy))
  prepare(context, policy)
}

interface Ask {
  readonly policy: GuardPolicy
  readonly body: JsonBody
}

function look(context: Context, services: Services, { policy, body }: Ask): Promise<void> | undefined {
  if (policy.injection === 'off') return undefined
  const json = body.bytes.toString('utf8')
  const judging = judge(json, guardShapes[context.dialectName], policy)
  const first = judging.next()
  // Hardly any request is so long that others would have to wait for it.
  if (first.done === true) return act(context, services, { policy, judged: first.value, before: json })
  return atLeisure(judging).then((judged) => act(context, services, { policy, judged, before: json }))
}

async function atLeisure(judging: Generator<undefined, Judged>): Promise<Judged> {
  for (;;) {
    await breath()
    const next = judging.next()
    if (next.done === true) return next.value
  }
}

function act(
  context: Context,
  services: Services,
  { policy, judged, before }: { policy: GuardPolicy; judged: Judged; before: string },
): Promise<void> | undefined {
  const { injection, threshold } = policy
  const { score, json, texts, isOver } = judged
  if (injection === 'off') return undefined
  context.guardScore = score
  context.guardVerdict = score < threshold && !(isOver && injection === 'block') ? 'none' : injection
  if (context.guardVerdict === 'block') throw new GatewayError('prompt_injection_blocked')
  if (json !== before) rewrite(context, json)
  return ask(context, services, { policy, texts })
}

/** The body changes, and with it the one that has a word about placeholders in it. */
function rewrite(context: Context, json: string): void {
  const hadNote = context.notedBody !== undefined && context.body !== undefined
  context.body = JsonBody.read(Buffer.from(json))
  if (hadNote) context.notedBody = withNote(context.dialectName, context.body)
}

/** What is added for the model alone is no part of the prompt that is counted and compared. */
function prepare(context: Context, policy: GuardPolicy): void {
  const { dialectName } = context
  if (policy.wrapsToolResults) {
    const sent = context.notedBody ?? context.body
    const before = sent?.bytes.toString('utf8') ?? ''
    const json = wrapped(before, guardShapes[dialectName], policy.key)
    if (json !== before) context.notedBody = JsonBody.read(Buffer.from(json))
  }
  const sent = context.notedBody ?? context.body
  if (policy.canary === undefined || sent === undefined) return
  context.notedBody = withNote(dialectName, sent, canaryNote(policy.canary))
  context.canary = new CanaryWatch(policy.canary)
}

/** Where nothing is refused, nobody waits for it. */
function ask(
  context: Context,
  services: Services,
  { policy, texts }: { policy: GuardPolicy; texts: readonly string[] },
): Promise<void> | undefined {
  const { classifier, injection } = policy
  if (classifier === undefined || services.random() >= classifier.sample) return undefined
  const asked = askClassifier(context, services, { classifier, texts })
  if (injection === 'block') return asked.then((verdict) => refuseUnless(context, verdict, classifier))
  void asked.then((verdict) => {
    // May come behind the record: then only the metric has it.
    if (verdict === 'flagged' && context.guardVerdict === 'none') context.guardVerdict = 'tag'
  })
  return undefined
}

type Classifier = NonNullable<GuardPolicy['classifier']>

async function askClassifier(
  context: Context,
  services: Services,
  { classifier, texts }: { classifier: Classifier; texts: readonly string[] },
): Promise<'flagged' | 'passed' | 'failed'> {
  const settings = context.snapshot.providers.get(classifier.provider)?.settings
  const { model, timeout: deadlineMs } = classifier
  try {
    if (settings === undefined) throw new Error('no such provider')
    const { baseUrl, key } = settings
    const verdict = (await isFlagged({ baseUrl, key, model, deadlineMs, texts })) ? 'flagged' : 'passed'
    services.metrics.countClassified(verdict)
    return verdict
  } catch {
    services.metrics.countClassified('failed')
    services.log.warn('the classifier of the guard failed', { request_id: context.requestId })
    return 'failed'
  }
}

function refuseUnless(context: Context, verdict: string, { onError }: Classifier): void {
  if (verdict === 'passed' || (verdict === 'failed' && onError === 'allow')) return
  context.guardVerdict = 'block'
  throw new GatewayError(verdict === 'failed' ? 'guard_failed' : 'prompt_injection_blocked')
}
