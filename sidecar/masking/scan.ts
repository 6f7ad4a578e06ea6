import { createContext, createContextWords } from './detectors/context.ts'
import { findEmails } from './detectors/email.ts'
import { createGroup, findGroups } from './detectors/groups.ts'
import { idRules } from './detectors/ids/all.ts'
import { createDispatch } from './detectors/ids/dispatch.ts'
import { findIds } from './detectors/ids/find.ts'
import { ibanLengths } from './detectors/ids/iban.ts'
import { findColons, findIpv4, findMacs } from './detectors/ip.ts'
import { createNameTables, findNames } from './detectors/names/find.ts'
import { findPhones } from './detectors/phone/find.ts'
import { createPhoneLibrary } from './detectors/phone/library.ts'
import {
  findAssignments,
  findAuthorization,
  findCurl,
  findUrlCredentials,
} from './detectors/secrets/credentials.ts'
import { findPrivateKeys } from './detectors/secrets/keys.ts'
import { createPrefixed } from './detectors/secrets/prefixes.ts'
import { findWallets } from './detectors/wallet.ts'
import { findBirthDates, findWorded } from './detectors/worded.ts'
import type { ScannerSettings } from './settings.ts'
import { type Span, withoutOverlaps } from './span.ts'

/** What is known of a string besides its text. */
export interface ScanHint {
  /** The JSON key a string stands under in tool results and arguments. */
  readonly key?: string
}

export interface Scanner {
  /** Sorted, disjoint, at least `minScore`. */
  scan(text: string, hint?: ScanHint): readonly Span[]
}

export function createScanner(settings: ScannerSettings): Scanner {
  const { minScore = 0.5, phoneRegions = [], skipPrivateIps = false, skipLoopbackIps = false } = settings
  const words = createContextWords()
  const dispatch = createDispatch(idRules)
  const lengths = ibanLengths()
  const group = createGroup()
  const names = createNameTables()
  const findPrefixed = createPrefixed()
  const library = createPhoneLibrary()
  const secretFinders = [
    findPrefixed,
    findPrivateKeys,
    findUrlCredentials,
    findCurl,
    findAuthorization,
    findAssignments,
  ]
  const ips = { skipPrivateIps, skipLoopbackIps }
  return {
    scan(text, { key } = {}) {
      const found: Span[] = []
      const context = createContext(words, text, key)
      findEmails(text, found)
      const search = { text, dispatch, ibanLengths: lengths, context, found }
      findGroups(text, group, () => {
        const isNamed = context.isAny(group.starts[0] ?? 0, group.ends[group.count - 1] ?? 0)
        findIds(search, group, isNamed)
        findIpv4(text, group, ips, found)
        if (isNamed) findWorded(search, group)
        if (isNamed) findBirthDates(search, group)
      })
      findColons(text, ips, found)
      findMacs(text, found)
      findWallets(text, found)
      findPhones({ text, context, library, regions: phoneRegions, found })
      for (const find of secretFinders) find(text, found)
      findNames(text, names, found)
      return withoutOverlaps(found.filter(({ score }) => score >= minScore))
    },
  }
}
