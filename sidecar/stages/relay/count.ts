import type { Context } from '../../context.ts'
import { writeTokenCount } from '../../dialects/gemini/count-tokens.ts'
import { ownHeaders } from './headers.ts'

/** How many tokens a prompt has, where the model's vendor can't be asked: an estimate, and called one. */
export function relayCount(context: Context, tokens: number): void {
  const count = context.dialectName === 'gemini' ? writeTokenCount(tokens) : { input_tokens: tokens }
  const body = Buffer.from(JSON.stringify(count))
  context.httpStatus = 200
  context.outcome = 'ok'
  const headers = ['content-type', 'application/json', 'content-length', String(body.length)]
  context.caller.commit(200, [...headers, 'x-sidelight-usage', 'estimated', ...ownHeaders(context)])
  context.caller.end(body)
}
