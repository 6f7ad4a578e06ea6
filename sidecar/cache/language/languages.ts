import { english } from './english.ts'
import { german } from './german.ts'
import { compileLanguage, type Language, unknownLanguage } from './language.ts'
import { french, spanish } from './other-languages.ts'

/** Languages by their code; one that is not there is compared word by word. */
export interface Languages {
  of(code: string): Language
}

/** A language is read when it is first met. */
export function createLanguages(): Languages {
  const known = new Map([english, german, french, spanish].map((data) => [data.code, data]))
  const compiled = new Map<string, Language>()
  const other = compileLanguage(unknownLanguage)
  return {
    of(code) {
      const data = known.get(code)
      if (data === undefined) return other
      let language = compiled.get(code)
      if (language === undefined) {
        language = compileLanguage(data)
        compiled.set(code, language)
      }
      return language
    },
  }
}
