import { createContext, createContextWords, topics } from './detectors/context.ts'
import { findEmails } from './detectors/email.ts'
import { createGroup, findGroups } from './detectors/groups.ts'
import { idRules } from './detectors/ids/all.ts'
import { createDispatch } from './detectors/ids/dispatch.ts'
import { findIds } from './detectors/ids/find.ts'
import { ibanLengths } from './detectors/ids/iban.ts'
import { findColons, findIpv4, findMacs } from './detectors/ip.ts'
import { createKeyTypes, findByKey } from './detectors/keys.ts'
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
import { createWallets } from './detectors/wallet.ts'
import { findBirthDates, findWorded } from './detectors/worded.ts'
import { createTerms } from './dictionaries.ts'
import { createPatterns } from './patterns/compile.ts'
import type { ScannerSettings } from './settings.ts'
import type { Span } from './span.ts'

export interface Finders {
  /** All that anybody finds, in no order, overlaps included. */
  find(text: string, key: string | undefined): Span[]
  close(): Promise<void>
}

type Find = (text: string, found: Span[]) => void

export function createFinders(settings: ScannerSettings): Finders {
  const patterns = createPatterns(settings.patterns ?? [])
  const terms = createTerms(settings.dictionaries ?? [])
  const names = createNameTables()
  const keyTypes = createKeyTypes()
  const findNumbers = createNumbers(settings)
  const finders: readonly Find[] = [
    findEmails,
    findMacs,
    createWallets(),
    createPrefixed(),
    findPrivateKeys,
    findUrlCredentials,
    findCurl,
    findAuthorization,
    findAssignments,
    (text, found) => findNames(text, names, found),
    terms.find,
    patterns.find,
  ]
  return {
    find(text, key) {
      const found: Span[] = []
      findNumbers(text, key, found)
      for (const find of finders) find(text, found)
      if (key !== undefined) findByKey(text, key, keyTypes, found)
      return found
    },
    close: patterns.close,
  }
}

/** What depends on words near: ids, documents, dates of birth, phones; and addresses made of numbers. */
function createNumbers(settings: ScannerSettings) {
  const { phoneRegions: regions = [], skipPrivateIps = false, skipLoopbackIps = false } = settings
  const words = createContextWords()
  const dispatch = createDispatch(idRules)
  const lengths = ibanLengths()
  const group = createGroup()
  const library = createPhoneLibrary()
  const ips = { skipPrivateIps, skipLoopbackIps }
  return (text: string, key: string | undefined, found: Span[]) => {
    const context = createContext(words, text, key)
    findGroups(text, group, () => {
      const near = context.topicsAround(group.starts[0] ?? 0, group.ends[group.count - 1] ?? 0)
      const isNamed = (near & topics.id) !== 0
      const search = { text, dispatch, ibanLengths: lengths, context, found, isNamed }
      findIds(search, group)
      findIpv4(text, group, ips, found)
      if ((near & topics.worded) !== 0) findWorded(search, group)
      if ((near & topics.birth) !== 0) findBirthDates(search, group)
    })
    findColons(text, ips, found)
    findPhones({ text, context, library, regions, found })
  }
}
