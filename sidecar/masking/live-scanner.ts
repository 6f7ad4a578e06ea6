import { readFileSync } from 'node:fs'
import type { MaskConfig } from '../../contract/config/mask.ts'
import { canonicalType } from './detectors/registry.ts'
import { type DictionaryFile, dictionaryFile, parseTerms } from './dictionaries.ts'
import type { ScanHint, Scanner } from './scan.ts'
import type { Dictionary, ScannerSettings } from './settings.ts'
import type { Span } from './span.ts'

/** What is used of a scanner while requests run. */
export interface LiveScanner {
  scan(text: string, hint?: ScanHint): readonly Span[]
  close?(): Promise<void> | void
}

export type CreateScanner = (settings: ScannerSettings) => LiveScanner & Partial<Pick<Scanner, 'warm'>>

type DictionaryConfig = NonNullable<MaskConfig['dictionaries']>[number]

/** A scanner that keeps up with the files of its dictionaries. A file that can't be read any more changes nothing. */
export function liveScanner(config: MaskConfig, create: CreateScanner): LiveScanner {
  const dictionaries = config.dictionaries ?? []
  const files = dictionaries.map(({ file }) => (file === undefined ? undefined : dictionaryFile(file)))
  let terms = dictionaries.map(firstTerms)
  const make = () => {
    const scanner = create({ ...settingsOf(config), dictionaries: dictionaries.map(dictionaryWith(terms)) })
    scanner.warm?.()
    return scanner
  }
  let current = make()
  const refresh = async () => {
    const read = await Promise.all(files.map((file, index) => termsNow(file, terms[index] ?? [])))
    if (read.every((each, index) => each === terms[index])) return
    terms = read
    const before = current
    current = make()
    await before.close?.()
  }
  const everyMs = Math.min(...dictionaries.flatMap(({ refresh: ms }) => (ms === undefined ? [] : [ms])))
  const timer = Number.isFinite(everyMs)
    ? setInterval(() => void refresh().catch(() => {}), everyMs)
    : undefined
  timer?.unref()
  return {
    scan: (text, hint) => current.scan(text, hint),
    close() {
      clearInterval(timer)
      return current.close?.()
    },
  }
}

function settingsOf(config: MaskConfig): ScannerSettings {
  const { minScore, phoneRegions, allow, skipPrivateIps, skipLoopbackIps } = config
  const patterns = config.patterns?.map(({ type, regex, context, score }) => ({
    type: canonicalType(type),
    regex,
    ...(context === undefined ? {} : { context }),
    ...(score === undefined ? {} : { score }),
  }))
  return {
    ...(minScore === undefined ? {} : { minScore }),
    ...(phoneRegions === undefined ? {} : { phoneRegions }),
    ...(allow === undefined ? {} : { allow }),
    ...(skipPrivateIps === undefined ? {} : { skipPrivateIps }),
    ...(skipLoopbackIps === undefined ? {} : { skipLoopbackIps }),
    ...(patterns === undefined ? {} : { patterns }),
  }
}

/** Before the first request: a dictionary that is missing for a moment would let names through. */
function firstTerms({ file, terms = [] }: DictionaryConfig): readonly string[] {
  return file === undefined ? terms : parseTerms(readFileSync(file, 'utf8'))
}

async function termsNow(
  file: DictionaryFile | undefined,
  known: readonly string[],
): Promise<readonly string[]> {
  if (file === undefined) return known
  const read = await file.read()
  const isSame = read.length === known.length && read.every((term, index) => term === known[index])
  return isSame ? known : read
}

function dictionaryWith(read: readonly (readonly string[])[]) {
  return ({ type, file, terms = [], matchCase }: DictionaryConfig, index: number): Dictionary => ({
    type: canonicalType(type),
    terms: file === undefined ? terms : [...terms, ...(read[index] ?? [])],
    ...(matchCase === undefined ? {} : { matchCase }),
  })
}
