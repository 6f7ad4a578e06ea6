/** A call through a sidecar: metered there like any other, and no caller's. */
export interface ModelCall {
  readonly role: 'judge' | 'shadow'
  /** The request or item it is about. */
  readonly pairId: string
  /** A candidate of a route, or a model of a provider. */
  readonly target: { readonly route: string; readonly candidate: string } | { readonly model: string }
  readonly messages: readonly unknown[]
  readonly maxTokens?: number
}

export type ModelReply =
  | {
      readonly kind: 'answered'
      readonly text: string
      readonly finishReason: string
      readonly requestId: string
      readonly outputTokens: number
      readonly durationMs: number
      /** Undefined: no price is known. */
      readonly costUsd: number | undefined
    }
  | { readonly kind: 'failed'; readonly reason: string; readonly isLasting: boolean }

export type AskModel = (call: ModelCall) => Promise<ModelReply>

const timeoutMs = 180_000
const triesMost = 3
const waitMs = 500
const failuresMost = 8

export function createAskModel(of: {
  readonly origin: string
  readonly token: string | undefined
  readonly pauseMs?: number
}): AskModel {
  const { origin, token = '', pauseMs = waitMs } = of
  const failures = new Map<string, number>()
  const tried = async (call: ModelCall): Promise<ModelReply> => {
    for (let tries = 1; ; tries += 1) {
      const reply = await askOnce(origin, token, call)
      if (reply.kind === 'answered' || reply.isLasting || tries === triesMost) return reply
      await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (tries - 1)))
    }
  }
  return async (call) => {
    const name = JSON.stringify(call.target)
    const before = failures.get(name) ?? 0
    // Who has failed this often in a row is down: hundreds of calls with their waits would not change it.
    if (before >= failuresMost) return { kind: 'failed', reason: 'it failed every time', isLasting: true }
    const reply = await tried(call)
    failures.set(name, reply.kind === 'failed' ? before + 1 : 0)
    return reply
  }
}

async function askOnce(origin: string, token: string, call: ModelCall): Promise<ModelReply> {
  const startedAt = performance.now()
  try {
    const response = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: headersOf(call, token),
      body: JSON.stringify(bodyOf(call)),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body: unknown = await response.json()
    // What is the caller's fault or the configuration's stays so however often it is asked.
    if (!response.ok)
      return {
        kind: 'failed',
        reason: `${response.status} ${codeOf(body)}`.trim(),
        isLasting: response.status < 429,
      }
    const cost = response.headers.get('x-sidelight-cost-usd')
    return {
      kind: 'answered',
      ...answerOf(body),
      requestId: response.headers.get('x-sidelight-request-id') ?? '',
      durationMs: performance.now() - startedAt,
      costUsd: cost === null ? undefined : Number(cost),
    }
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name?: string }
    return { kind: 'failed', reason: cause?.code ?? name ?? 'no answer', isLasting: false }
  }
}

function headersOf({ role, pairId, target }: ModelCall, token: string): Record<string, string> {
  const pinned =
    'route' in target ? { 'x-sidelight-route': target.route, 'x-sidelight-candidate': target.candidate } : {}
  return {
    'content-type': 'application/json',
    'x-sidelight-role': role,
    'x-sidelight-pair': pairId,
    'x-sidelight-job-token': token,
    'x-sidelight-cache': 'bypass',
    ...pinned,
  }
}

function bodyOf({ target, messages, maxTokens }: ModelCall): object {
  const model = 'route' in target ? target.route : target.model
  return { model, messages, ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }) }
}

function answerOf(body: unknown): { text: string; finishReason: string; outputTokens: number } {
  const { choices, usage } = body as {
    choices?: { message?: { content?: unknown }; finish_reason?: string }[]
    usage?: { completion_tokens?: number }
  }
  const [first] = choices ?? []
  const content = first?.message?.content
  return {
    text: typeof content === 'string' ? content : '',
    finishReason: first?.finish_reason ?? '',
    outputTokens: usage?.completion_tokens ?? 0,
  }
}

function codeOf(body: unknown): string {
  const { error } = (body ?? {}) as { error?: { code?: unknown } }
  return typeof error?.code === 'string' ? error.code.slice(0, 64) : ''
}
