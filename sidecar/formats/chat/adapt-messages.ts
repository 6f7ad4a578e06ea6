import { arrayAt, type Json, stringAt } from '../../../contract/json.ts'
import type { BodyEdit } from '../../providers/provider.ts'
import type { HostQuirks } from '../format.ts'
import { toolId } from './tool-ids.ts'

export interface MessagesOf {
  get(key: string): Json | undefined
  slice(key: string): Buffer | undefined
}

/**
 * What a host would refuse inside of messages that otherwise go through as they are. Replaced in the text, so
 * that everything else in it stays byte for byte. A quote inside a string is escaped, so no content looks like
 * a key.
 */
export function messageEdits(body: MessagesOf, quirks: HostQuirks): BodyEdit[] {
  const bytes = body.slice('messages')
  if (bytes === undefined) return []
  const hasDeveloper = !quirks.developerRole && bytes.includes('"developer"')
  const hasCalls = quirks.shortToolIds && bytes.includes('"tool_calls"')
  if (!hasDeveloper && !hasCalls) return []
  const text = bytes.toString('utf8')
  let json = text
  if (hasDeveloper) json = json.replace(/("role"\s*:\s*)"developer"/g, '$1"system"')
  if (hasCalls) json = withShortIds(json, callIds(body.get('messages')), quirks)
  return json === text ? [] : [{ set: 'messages', json }]
}

function callIds(messages: Json | undefined): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const message of Array.isArray(messages) ? messages : []) {
    for (const call of arrayAt(message, 'tool_calls')) ids.add(stringAt(call, 'id') ?? '')
  }
  return ids
}

function withShortIds(json: string, ids: ReadonlySet<string>, quirks: HostQuirks): string {
  return json.replace(/("(?:tool_call_id|id)"\s*:\s*)"([^"\\]*)"/g, (whole, key: string, id: string) =>
    ids.has(id) ? `${key}"${toolId(id, quirks)}"` : whole,
  )
}
