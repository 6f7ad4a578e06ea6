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
  headers.push('x-sidelight-usage', 'estimated', 'x-sidelight-usage-bounds', bounds(tokens))
  context.caller.commit(200, [...headers, ...ownHeaders(context)])
  context.caller.end(body)
}

/**
 * How far off four bytes to a token may be. English prose has up to 4.8, JSON and code down to 2.5, both in
 * OpenAI's tokens; other vendors' models make up to 1.7 of theirs from one of these.
 */
function bounds(tokens: number): string {
  return `${Math.floor(tokens * 0.8)}-${Math.ceil(tokens * 2.7)}`
}
