/** Request bodies of the bench, made from a few words so that every process makes the same bytes. */
export interface BodyShape {
  readonly dialect: 'chat' | 'messages'
  readonly model: string
  readonly stream: boolean
  /** What the prompt weighs: a chat of some turns, text, or one base64 image. */
  readonly prompt: { readonly kind: 'turns' | 'text' | 'image'; readonly bytes: number }
  readonly user?: string
}

const sentence =
  'Please compare the two offers below and say which of them a small company should take, and why. '

export function bodyBytes(shape: BodyShape): Buffer {
  const { dialect, model, stream, user } = shape
  const common = { model, ...(user === undefined ? {} : { user }), stream }
  if (dialect === 'messages') {
    return encode({
      model,
      max_tokens: 1024,
      stream,
      system: 'You are brief.',
      messages: turns(shape).slice(1),
    })
  }
  const options = stream ? { stream_options: { include_usage: true } } : {}
  return encode({ ...common, ...options, temperature: 0.2, messages: turns(shape) })
}

function encode(body: object): Buffer {
  return Buffer.from(JSON.stringify(body))
}

function turns({ prompt }: BodyShape): object[] {
  const system = { role: 'system', content: 'You are brief.' }
  if (prompt.kind === 'image') {
    const url = `data:image/png;base64,${imageText(prompt.bytes)}`
    const content = [
      { type: 'text', text: 'What is in this picture?' },
      { type: 'image_url', image_url: { url } },
    ]
    return [system, { role: 'user', content }]
  }
  const perTurn = prompt.kind === 'turns' ? 400 : 8000
  const count = Math.max(1, Math.round(prompt.bytes / perTurn) | 1)
  const text = sentence.repeat(Math.ceil(perTurn / sentence.length)).slice(0, perTurn - 40)
  const list = Array.from({ length: count }, (_, k) => ({
    role: k % 2 === 0 ? 'user' : 'assistant',
    content: text,
  }))
  return [system, ...list]
}

/** Base64 of noise: pictures do not repeat themselves. */
function imageText(length: number): string {
  const bytes = Buffer.alloc(Math.ceil((length * 3) / 4))
  let state = 1
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes.toString('base64').slice(0, length - (length % 4))
}
