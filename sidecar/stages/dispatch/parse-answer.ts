import type { Json, JsonObject } from '../../../contract/json.ts'
import { scanJson } from '../../body/json-scan.ts'

/** Beyond this the large values (embeddings, images) are stepped over: only small top-level values are read. */
const parseWholeBytesMax = 262_144
const valueBytesMax = 65_536

/** Undefined when the bytes are no JSON. With `whole` everything is read, however large. */
export function parseAnswer(bytes: Buffer, whole: boolean): Json | undefined {
  if (whole || bytes.length <= parseWholeBytesMax) return parse(bytes)
  const scan = scanJson(bytes, { depthMax: 1024 })
  if ('problem' in scan) return undefined
  const small: JsonObject = {}
  for (const key of scan.keys) {
    if (key.valueEnd - key.valueStart <= valueBytesMax)
      small[key.name] = parse(bytes.subarray(key.valueStart, key.valueEnd))
  }
  return small
}

function parse(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json
  } catch {
    return undefined
  }
}
