/** What a scanner is made of; everything is optional, and files are read before (see dictionaries). */
export interface ScannerSettings {
  /** Finds below this are dropped. */
  readonly minScore?: number
  /** ISO country codes whose national mobile numbers are told without a prefix. */
  readonly phoneRegions?: readonly string[]
  readonly patterns?: readonly PatternSettings[]
  readonly dictionaries?: readonly Dictionary[]
  /** Strings that are never masked, whole finds, letter by letter. */
  readonly allow?: readonly string[]
  readonly skipPrivateIps?: boolean
  readonly skipLoopbackIps?: boolean
  /** Bytes the memory of scanned strings may take; 0 turns it off. */
  readonly memoBytes?: number
}

/** A user's own pattern. Words of `context`, when given, must stand near. */
export interface PatternSettings {
  readonly type: string
  readonly regex: string
  readonly context?: readonly string[]
  readonly score?: number
}

/** Terms of one type, already loaded. */
export interface Dictionary {
  readonly type: string
  readonly terms: readonly string[]
  readonly matchCase?: boolean
}
