import { arrayAt, isObject, type Json, type JsonObject, stringAt } from '../../../contract/json.ts'
import type { Part, TextPart, Turn, Vendor } from '../../conversation/request.ts'
import { readContent, required } from './parts.ts'
import { openProof } from './proof.ts'
import { invalid, untranslatable } from './refuse.ts'

export interface Input {
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
  readonly dropped: readonly string[]
}

/** Traces of OpenAI's hosted tools: the answer that used them is in the next message, so they can go. */
const traces: ReadonlySet<string> = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'tool_search_call',
  'mcp_list_tools',
])

const onlyOpenai =
  'is an item only OpenAI understands; send messages, function calls and their outputs, or use an OpenAI model'

interface Draft {
  readonly system: TextPart[]
  readonly turns: { role: Turn['role']; parts: Part[] }[]
  readonly dropped: Set<string>
  /** Signatures of calls that came ahead of them in a reasoning item. */
  readonly signatures: Map<string, { signature: string; issuer: Vendor }>
}

export function readInput(input: Json | undefined): Input {
  const draft: Draft = { system: [], turns: [], dropped: new Set(), signatures: new Map() }
  if (typeof input === 'string') add(draft, 'user', [{ type: 'text', text: input }])
  else if (Array.isArray(input)) {
    for (const [index, item] of input.entries()) readItem(draft, item, `input[${index}]`)
  } else throw invalid('input', 'must be a string or an array of items')
  return { system: draft.system, turns: draft.turns, dropped: [...draft.dropped] }
}

function readItem(draft: Draft, item: Json, param: string): void {
  if (!isObject(item)) throw invalid(param, 'must be an object')
  const type = item['type'] ?? (item['role'] === undefined ? 'item_reference' : 'message')
  switch (type) {
    case 'message':
      readMessage(draft, item, param)
      break
    case 'function_call':
      readCall(draft, item, param)
      break
    case 'function_call_output':
      readOutput(draft, item, param)
      break
    case 'reasoning':
      readReasoning(draft, item)
      break
    case 'image_generation_call':
      readImage(draft, item)
      break
    case 'item_reference':
      throw untranslatable(
        param,
        'refers to an item stored at OpenAI, which another provider cannot see; send the item itself',
      )
    default:
      if (typeof type !== 'string' || !traces.has(type)) throw untranslatable(`${param}.type`, onlyOpenai)
      draft.dropped.add(`input.${type}`)
  }
}

function readMessage(draft: Draft, item: JsonObject, param: string): void {
  if (item['phase'] !== undefined && item['phase'] !== null) draft.dropped.add('input.phase')
  const at = `${param}.content`
  switch (item['role']) {
    case 'user':
      add(draft, 'user', readContent(item['content'], at))
      break
    case 'assistant':
      add(draft, 'assistant', readAssistant(item['content'], at))
      break
    case 'system':
    case 'developer':
      addInstructions(draft, readContent(item['content'], at))
      break
    default:
      throw invalid(`${param}.role`, 'must be user, assistant, system or developer')
  }
}

function readAssistant(content: Json | undefined, param: string): Part[] {
  if (!Array.isArray(content)) return readContent(content, param)
  return content.flatMap((part, index): Part[] => {
    const at = `${param}[${index}]`
    if (!isObject(part) || part['type'] !== 'refusal') return readContent([part], at)
    return [{ type: 'refusal', text: required(part, 'refusal', at) }]
  })
}

function addInstructions(draft: Draft, parts: Part[]): void {
  const texts = parts.filter((part) => part.type === 'text')
  const leads = draft.turns.length === 0 && texts.length === parts.length
  if (leads) draft.system.push(...texts)
  else add(draft, 'system', parts)
}

function readCall(draft: Draft, item: JsonObject, param: string): void {
  const id = required(item, 'call_id', param)
  const json = stringAt(item, 'arguments') ?? ''
  const call: Part = {
    type: 'tool_call',
    id,
    name: required(item, 'name', param),
    arguments: json,
    ...draft.signatures.get(id),
  }
  add(draft, 'assistant', [call])
}

function readOutput(draft: Draft, item: JsonObject, param: string): void {
  const callId = required(item, 'call_id', param)
  const parts = readContent(item['output'], `${param}.output`)
  const last = draft.turns.at(-1)
  const result: Part = { type: 'tool_result', callId, parts }
  // Results of parallel calls belong to one turn; a message of the user starts its own.
  if (last?.parts.every((part) => part.type === 'tool_result')) last.parts.push(result)
  else draft.turns.push({ role: 'user', parts: [result] })
}

function readReasoning(draft: Draft, item: JsonObject): void {
  const text = reasoningText(item)
  const sealed = stringAt(item, 'encrypted_content')
  const proof = sealed === undefined || sealed === '' ? undefined : openProof(sealed)
  if (proof?.kind === 'call') {
    draft.signatures.set(proof.callId ?? '', { signature: proof.value, issuer: proof.issuer })
    return
  }
  // An id alone means something only where the answer is stored.
  if (proof === undefined && text === '') {
    draft.dropped.add('input.reasoning')
    return
  }
  const id = stringAt(item, 'id')
  const isRedacted = proof?.kind === 'redacted' || text === ''
  add(draft, 'assistant', [
    {
      type: 'thinking',
      text,
      ...(proof && { issuer: proof.issuer, [isRedacted ? 'redacted' : 'signature']: proof.value }),
      ...(proof?.issuer === 'openai' && id !== undefined && { id }),
    },
  ])
}

function reasoningText(item: JsonObject): string {
  const texts = (key: string) => arrayAt(item, key).map((part) => stringAt(part, 'text') ?? '')
  const full = texts('content').join('')
  return full !== '' ? full : texts('summary').filter(Boolean).join('\n\n')
}

function readImage(draft: Draft, item: JsonObject): void {
  const data = stringAt(item, 'result')
  if (data === undefined) {
    draft.dropped.add('input.image_generation_call')
    return
  }
  const mediaType = `image/${stringAt(item, 'output_format') ?? 'png'}`
  add(draft, 'assistant', [{ type: 'media', kind: 'image', source: { from: 'base64', data }, mediaType }])
}

/**
 * Everything the model said between two inputs is one turn: other providers want the results of all its
 * calls right behind it.
 */
function add(draft: Draft, role: Turn['role'], parts: Part[]): void {
  const last = draft.turns.at(-1)
  if (role === 'assistant' && last?.role === 'assistant') last.parts.push(...parts)
  else draft.turns.push({ role, parts })
}
