import { analyse, rootsOf } from './analysis/analyse.ts'
import { isOwnAffair, isTimeBound } from './keys/time-bound.ts'
import { type KnownWords, noKnownWords } from './language/known-words.ts'
import { createLanguages } from './language/languages.ts'
import { correctionOf } from './lexical/typo.ts'
import type { Question } from './lookup.ts'

export interface Analysed extends Question {
  readonly isTimeBound: boolean
  readonly isOwnAffair: boolean
  readonly contentWords: number
}

/** Reads a question in its language. Texts that show none are taken for English, as orders and keywords mostly are. */
export interface Analyst {
  question(text: string, language: string, year: number): Analysed
  readonly languages: ReturnType<typeof createLanguages>
}

export function createAnalyst(english: KnownWords): Analyst {
  const languages = createLanguages()
  const inEnglish = { known: english, correct: (word: string) => correctionOf(word, english) }
  const inOthers = { known: noKnownWords }
  return {
    languages,
    question(text, code, year) {
      const language = languages.of(code === '' ? 'en' : code)
      const analysis = analyse(text, language, language.code === 'en' ? inEnglish : inOthers)
      const contentWords = analysis.content.length + (analysis.numbers === '' ? 0 : 1)
      return {
        analysis,
        roots: rootsOf(analysis.content, language),
        onlyEqualText: contentWords < 2,
        contentWords,
        isTimeBound: isTimeBound(analysis, language, year),
        isOwnAffair: isOwnAffair(analysis, language),
      }
    },
  }
}
