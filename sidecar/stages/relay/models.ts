import type { Context } from '../../context.ts'
import { mayUse } from '../../routing/allowed.ts'
import { ownHeaders } from './headers.ts'

/** GET /v1/models: the names an application may ask for, routes first. */
export function relayModels(context: Context): void {
  const { snapshot, callerKey } = context
  const allowed = callerKey?.routes
  const routes = [...snapshot.routes.keys()]
  const models = [...snapshot.providers.values()].flatMap((provider) =>
    provider.listedModels.map((model) => ({ id: `${provider.name}/${model}`, owner: provider.name })),
  )
  const all = [...routes.map((id) => ({ id, owner: 'sidelight' })), ...models]
  const data = all.filter(({ id }) => mayUse(allowed, id))
  const isAnthropic = context.req.headers['anthropic-version'] !== undefined
  const list = isAnthropic ? anthropicList(data, context.arrivedMs) : openaiList(data, context.arrivedMs)
  const body = Buffer.from(JSON.stringify(list))
  context.httpStatus = 200
  context.outcome = 'ok'
  context.caller.commit(200, [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    ...ownHeaders(context),
  ])
  context.caller.end(context.req.method === 'HEAD' ? undefined : body)
}

interface Listed {
  readonly id: string
  readonly owner: string
}

function openaiList(data: readonly Listed[], nowMs: number) {
  const created = Math.floor(nowMs / 1000)
  return {
    object: 'list',
    data: data.map(({ id, owner }) => ({ id, object: 'model', created, owned_by: owner })),
  }
}

/** Anthropic has the same path; its SDKs say who they are by the version header. */
function anthropicList(data: readonly Listed[], nowMs: number) {
  const created_at = new Date(nowMs).toISOString()
  return {
    data: data.map(({ id }) => ({ type: 'model', id, display_name: id, created_at })),
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}
