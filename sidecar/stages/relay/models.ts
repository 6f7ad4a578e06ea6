import type { Context } from '../../context.ts'
import { ownHeaders } from './headers.ts'

/** GET /v1/models: the names an application may ask for, routes first. */
export function relayModels(context: Context): void {
  const { snapshot, callerKey } = context
  const created = Math.floor(context.arrivedMs / 1000)
  const routes = [...snapshot.routes.keys()].filter(
    (name) => callerKey?.routes === undefined || callerKey.routes.has(name),
  )
  const models = [...snapshot.providers.values()].flatMap((provider) =>
    provider.listedModels.map((model) => ({ id: `${provider.name}/${model}`, owner: provider.name })),
  )
  const data = [
    ...routes.map((id) => ({ id, owner: 'sidelight' })),
    ...(callerKey?.routes === undefined ? models : []),
  ]
  const body = Buffer.from(
    JSON.stringify({
      object: 'list',
      data: data.map(({ id, owner }) => ({ id, object: 'model', created, owned_by: owner })),
    }),
  )
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
