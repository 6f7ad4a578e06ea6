import { request } from 'undici'

const timeoutMs = 10_000
const answerBytesMax = 65_536

/** Posts a form to a token endpoint and gives its answer back; for providers that hand out short-lived tokens. */
export async function fetchToken(url: string, form: string): Promise<string> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200 || text.length > answerBytesMax) {
    throw new Error(`the token endpoint answered ${answer.statusCode}`)
  }
  return text
}
