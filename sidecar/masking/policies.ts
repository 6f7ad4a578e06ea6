import { createHash } from 'node:crypto'
import type { Environment } from '../../contract/config/load.ts'
import type { MaskConfig } from '../../contract/config/mask.ts'
import type { Config } from '../../contract/config/schema.ts'
import { type CreateScanner, type LiveScanner, liveScanner } from './live-scanner.ts'
import { isIdle, type MaskPolicy, maskPolicy } from './policy.ts'
import { createRecognizer } from './recognizer.ts'
import { createScanner } from './scan.ts'
import { strictest } from './strictest.ts'

export interface MaskPolicies {
  /** Of a route, with `mask` of its own or without. */
  readonly of: (own: MaskConfig | undefined) => MaskPolicy | undefined
  /** Of whoever names no route: nothing that one route keeps back goes out under another name. */
  readonly strictest: MaskPolicy | undefined
  readonly scanners: readonly LiveScanner[]
}

interface Materials {
  readonly environment: Environment
  /** For codes, where no key is configured. */
  readonly maskKey: Buffer
  readonly createScanner?: CreateScanner | undefined
}

/** Reads `mask` of all routes. Routes without one have that of the whole configuration, if there is one. */
export function maskPolicies(config: Config, from: Materials): MaskPolicies {
  const scanners: LiveScanner[] = []
  const known = new Map<string, MaskPolicy>()
  const read = (own: MaskConfig): MaskPolicy => {
    const scanner = liveScanner(own, from.createScanner ?? createScanner)
    scanners.push(scanner)
    const recognizers = own.recognizer === undefined ? [] : [recognizerOf(own)]
    return maskPolicy(own, { scanner, recognizers, version: versionOf(own), key: keyOf(own, from) })
  }
  const of = (own: MaskConfig | undefined) => {
    const stated = own ?? config.mask
    if (stated === undefined || isIdle(stated)) return undefined
    const name = JSON.stringify(stated)
    const policy = known.get(name) ?? read(stated)
    known.set(name, policy)
    return policy
  }
  const all = [of(undefined), ...Object.values(config.routes).map((route) => of(route.mask))]
  return { of, strictest: strictest(all.filter((policy) => policy !== undefined)), scanners }
}

function recognizerOf({ recognizer, minScore }: MaskConfig): MaskPolicy['recognizers'][number] {
  const { url = '', language = 'en', timeout = 200, types, onError = 'block' } = recognizer ?? {}
  const { recognize } = createRecognizer({
    url,
    language,
    deadlineMs: timeout,
    ...(minScore === undefined ? {} : { minScore }),
    ...(types === undefined ? {} : { entities: types }),
  })
  return { recognize, onError }
}

function keyOf({ keyEnv }: MaskConfig, { environment, maskKey }: Materials): Buffer {
  const secret = keyEnv === undefined ? undefined : environment[keyEnv]
  return secret ? createHash('sha256').update(secret).digest() : maskKey
}

/** Changes with the rules of a route; what detectors know changes with the version of Sidelight. */
function versionOf(config: MaskConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12)
}
