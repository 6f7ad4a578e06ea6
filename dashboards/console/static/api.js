/** An answer that is none, with what the server said about it. */
export class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? `the answer was ${status}`)
    this.status = status
    this.body = body
  }
}

let onUnauthorized = () => {}
export const whenUnauthorized = (listener) => {
  onUnauthorized = listener
}

export async function ask(path, options = {}) {
  let response
  try {
    response = await fetch(`/console/${path}`, { credentials: 'same-origin', ...options })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new Refused(0, { error: 'Sidelight does not answer', gone: true })
  }
  if (response.status === 204) return undefined
  const body = await response.json().catch(() => ({}))
  if (response.ok) return body
  if (response.status === 401 && path !== 'login') onUnauthorized()
  throw new Refused(response.status, body)
}

export const send = (path, body = {}) =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
