import type { IncomingMessage, ServerResponse } from 'node:http'
import { boards, panels } from '../catalog/catalog.ts'
import { type MultiVariable, multiVariables } from '../dialects/variables.ts'
import { catalogView } from './catalog-view.ts'
import type { Streams } from './live/streams.ts'
import { everSql, neighboursOf } from './neighbours.ts'
import type { ConsoleOptions, Explained } from './options.ts'
import { clientOf, NoAnswer, PanelAnswers } from './panel-answers.ts'
import { readAsked, statementOf } from './parameters.ts'
import { sendError, sendJson } from './replies.ts'

export interface Call {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly query: URLSearchParams
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal
}

export interface Route {
  readonly method: 'GET' | 'POST'
  answer(call: Call): Promise<void> | void
}

const panelById = new Map(panels.map((panel) => [panel.id, panel]))
const isVariable = (name: string): name is MultiVariable => multiVariables.some((known) => known === name)

/** What the page asks for, by path; undefined for every other path. */
export function createApi(options: ConsoleOptions, streams: Streams): (path: string) => Route | undefined {
  const answers = new PanelAnswers(options)
  const { nowMs, facts } = options
  const catalog = JSON.stringify({
    ...catalogView(boards),
    facts,
    hasWarehouse: options.query !== undefined,
    canTest: options.testRequest !== undefined,
  })
  const get = (answer: Route['answer']): Route => ({ method: 'GET', answer })

  const fixed: Readonly<Record<string, Route>> = {
    '/console/api/catalog': get(({ res }) => sendJson(res, 200, catalog)),
    '/console/api/stream': get(({ req, res }) => streams.open(req, res)),
    '/console/api/status': get((call) => status(call, answers)),
    '/console/api/test-request': { method: 'POST', answer: (call) => testRequest(call, options) },
  }

  const panelRoute = (id: string, isSql: boolean): Route => {
    const panel = panelById.get(id)
    if (panel === undefined) return get(({ res }) => sendError(res, 404, { error: 'no such panel' }))
    return get(async ({ req, res, query, signal }) => {
      const asked = readAsked(query, nowMs())
      if (isSql) return sendJson(res, 200, statementOf(panel.sql, asked, panel.leastStep))
      const from = { panel, asked, key: query.toString(), client: clientOf(req), signal }
      sendJson(res, 200, await answers.panel(from))
    })
  }

  const valuesRoute = (variable: string): Route => {
    if (!isVariable(variable)) return get(({ res }) => sendError(res, 404, { error: 'no such variable' }))
    return get(async ({ req, res, query, signal }) => {
      const key = `${variable}?${query}`
      const search = query.get('q') ?? ''
      query.delete('q')
      const asked = readAsked(query, nowMs())
      const from = { variable, asked, search, key, client: clientOf(req), signal }
      sendJson(res, 200, await answers.values(from))
    })
  }

  return (path) => {
    if (Object.hasOwn(fixed, path)) return fixed[path]
    const [, kind, name = '', more] =
      /^\/console\/api\/(panel|values|request)\/([\w-]{1,64})(\/sql|\/session)?$/.exec(path) ?? []
    if (kind === 'panel' && more !== '/session') return panelRoute(name, more === '/sql')
    if (kind === 'request' && more !== '/sql') {
      const id = name.toLowerCase()
      return get((call) => request(call, { id, options, answers, isSession: more === '/session' }))
    }
    if (kind === 'values' && more === undefined) return valuesRoute(name)
    return undefined
  }
}

/** Whether there is anything to see, here or in the past. */
async function status({ req, res, signal }: Call, answers: PanelAnswers): Promise<void> {
  try {
    const [row] = await answers.rows({ sql: everSql, values: {} }, clientOf(req), signal)
    const requests = Number(row?.['n'] ?? 0)
    sendJson(res, 200, { warehouse: 'ok', requests, last_hour: requests === 0 ? null : row?.['last_hour'] })
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    sendJson(res, 200, { warehouse: 'away', code: error.code })
  }
}

const requestIdForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

interface Wanted {
  readonly id: string
  readonly options: ConsoleOptions
  readonly answers: PanelAnswers
  /** The other requests of its conversation; they may take the warehouse longer than the request itself. */
  readonly isSession: boolean
}

async function request(
  { req, res, signal }: Call,
  { id, options, answers, isSession }: Wanted,
): Promise<void> {
  if (!requestIdForm.test(id)) return sendError(res, 400, { error: 'expected the id of a request' })
  const outcome = await options.request(id)
  switch (outcome.kind) {
    case 'unknown':
      return sendError(res, 404, { error: 'no request of this id is remembered here or in the warehouse' })
    case 'unreachable':
      return sendError(res, 503, {
        error: `no request of this id is remembered here, and the warehouse does not answer (${outcome.code})`,
        away: true,
      })
    case 'found': {
      const { explanation, bills } = outcome
      if (!isSession) return sendJson(res, 200, { explanation, bills })
      const neighbours = await neighboursIn(explanation, answers, { client: clientOf(req), signal })
      return sendJson(res, 200, { neighbours })
    }
    default: {
      const unknown: never = outcome
      return unknown
    }
  }
}

/** Null when nobody can say; a request without a session has none. */
async function neighboursIn(
  { at, request }: Explained,
  answers: PanelAnswers,
  who: { client: string; signal: AbortSignal },
): Promise<unknown> {
  if (request.session === '') return []
  const statement = neighboursOf({ ...request, atMs: Date.parse(at) })
  return answers.rows(statement, who.client, who.signal).catch((error) => {
    if (error instanceof NoAnswer) return null
    throw error
  })
}

async function testRequest({ req, res }: Call, { testRequest: send }: ConsoleOptions): Promise<void> {
  req.resume()
  if (send === undefined) return sendError(res, 404, { error: 'no simulated provider is configured' })
  const outcome = await send()
  if (outcome.kind === 'failed') return sendError(res, 502, { error: outcome.message })
  sendJson(res, 200, { request_id: outcome.requestId, status: outcome.status })
}
