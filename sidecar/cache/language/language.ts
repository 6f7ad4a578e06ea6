/**
 * What the analysis knows of a language, as data. Everything else of a language is compared word by word, so a word
 * that is missing here costs a hit and never a wrong one.
 */
export interface LanguageData {
  readonly code: string
  /** Dropped before a word: the difference between "the price" and "a price" is none. */
  readonly articles: string
  /** Words with a meaning of their own in spite of the article in them: `a few` is not `few`. */
  readonly phrases: Readonly<Record<string, string>>
  /** Auxiliaries that move with the form of the sentence: counted by class, wherever they stand. */
  readonly auxiliaries: Readonly<Record<string, string>>
  readonly modals: string
  /** Words of grammar and verbs that say little: no content, compared all the same. */
  readonly functions: string
  readonly questions: Readonly<Record<string, string>>
  /** `how` with these is a question of its own. */
  readonly measures: string
  readonly negations: string
  readonly tense: string
  readonly pronouns: string
  readonly numbers: Readonly<Record<string, string>>
  readonly units: Readonly<Record<string, string>>
  /** Spellings and abbreviations of one and the same word. */
  readonly spellings: Readonly<Record<string, string>>
  /** Expanded before words are told apart. */
  readonly contractions: readonly (readonly [RegExp, string])[]
  /** What stands before or after a question without being part of it. */
  readonly leadIns: readonly RegExp[]
  readonly leadOuts: readonly RegExp[]
  /** The same question in other words at its beginning. */
  readonly openings: readonly (readonly [RegExp, string])[]
  /** Words that join two of a kind whose order says nothing. */
  readonly joiners: string
  /** Pairs of opposites: `on/off enable/disable`. */
  readonly polar: string
  /** Plurals that are no plurals of the word without s. */
  readonly pluralsApart: string
  readonly hasPluralS: boolean
  readonly timeBound: string
  /** Words that make a question one about the asker's own affairs, with a word of `affairs`. */
  readonly own: string
  readonly affairs: string
}

export interface Language {
  readonly code: string
  readonly data: LanguageData
  readonly articles: ReadonlySet<string>
  readonly modals: ReadonlySet<string>
  readonly functions: ReadonlySet<string>
  readonly measures: ReadonlySet<string>
  readonly negations: ReadonlySet<string>
  readonly tense: ReadonlySet<string>
  readonly pronouns: ReadonlySet<string>
  readonly joiners: ReadonlySet<string>
  readonly pluralsApart: ReadonlySet<string>
  readonly timeBound: ReadonlySet<string>
  readonly own: ReadonlySet<string>
  readonly affairs: ReadonlySet<string>
  /** Word to its opposites. */
  readonly opposites: ReadonlyMap<string, ReadonlySet<string>>
  readonly auxiliaries: ReadonlyMap<string, string>
  readonly questions: ReadonlyMap<string, string>
  readonly numbers: ReadonlyMap<string, string>
  readonly units: ReadonlyMap<string, string>
  readonly spellings: ReadonlyMap<string, string>
  readonly phrases: ReadonlyMap<string, string>
}

export function compileLanguage(data: LanguageData): Language {
  return {
    code: data.code,
    data,
    articles: words(data.articles),
    modals: words(data.modals),
    functions: words(data.functions),
    measures: words(data.measures),
    negations: words(data.negations),
    tense: words(data.tense),
    pronouns: words(data.pronouns),
    joiners: words(data.joiners),
    pluralsApart: words(data.pluralsApart),
    timeBound: words(data.timeBound),
    own: words(data.own),
    affairs: words(data.affairs),
    opposites: oppositesOf(data.polar),
    auxiliaries: new Map(Object.entries(data.auxiliaries)),
    questions: new Map(Object.entries(data.questions)),
    numbers: new Map(Object.entries(data.numbers)),
    units: new Map(Object.entries(data.units)),
    spellings: new Map(Object.entries(data.spellings)),
    phrases: new Map(Object.entries(data.phrases)),
  }
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''))
}

/** All words of a group are opposites of each other: `daily/weekly/monthly`. */
export function oppositesOf(groups: string): ReadonlyMap<string, ReadonlySet<string>> {
  const opposites = new Map<string, Set<string>>()
  for (const group of words(groups)) {
    const members = group.split('/')
    for (const member of members) {
      const others = opposites.get(member) ?? new Set()
      for (const other of members) if (other !== member) others.add(other)
      opposites.set(member, others)
    }
  }
  return opposites
}

/** A language nobody has described: every word counts, and where it stands. */
export const unknownLanguage: LanguageData = {
  code: '',
  articles: '',
  phrases: {},
  auxiliaries: {},
  modals: '',
  functions: '',
  questions: {},
  measures: '',
  negations: '',
  tense: '',
  pronouns: '',
  numbers: {},
  units: {},
  spellings: {},
  contractions: [],
  leadIns: [],
  leadOuts: [],
  openings: [],
  joiners: '',
  polar: '',
  pluralsApart: '',
  hasPluralS: false,
  timeBound: '',
  own: '',
  affairs: '',
}
