/** Scripts that say the language by themselves. Kana before Han: Japanese is written with both. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Bengali}/gu, 'bn'],
  [/\p{Script=Tamil}/gu, 'ta'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Georgian}/gu, 'ka'],
  [/\p{Script=Armenian}/gu, 'hy'],
]

/** Words that nearly every sentence has and that few neighbours share. */
const stopWords: Readonly<Record<string, string>> = {
  en: 'the and is are was you your what how this that with for not have can please of to it in my do does from',
  de: 'der die das und ist sind nicht ich wie ein eine mit auf für von zu was bitte den dem kann es auch warum',
  fr: 'le la les et est sont vous je que qui une des pour pas dans avec ce comment sur du pourquoi mon nous au',
  es: 'el la los las y es son que de una por para con no cómo como qué mi en se del está puedo favor al',
  it: 'il lo gli e è sono che di una per con non come mi in si del della perché questo nel posso ciao le',
  pt: 'o os as e é são que de uma por para com não como meu em se do da está você posso isso no um',
  nl: 'de het en is zijn niet ik hoe een met op voor van te wat dat deze kan mijn je naar maar waarom er',
  pl: 'i w nie na jest się że do to jak z co czy mój dla po od jestem proszę przez tak ale są dlaczego',
  sv: 'och är det inte jag hur en ett med på för av att vad som kan min du till den varför har om vi',
  tr: 've bir bu ne için ile mi nasıl değil ben çok var de da lütfen olan benim gibi neden daha sen mı',
}

const languagesOf: ReadonlyMap<string, readonly string[]> = indexed()

function indexed(): Map<string, string[]> {
  const index = new Map<string, string[]>()
  for (const [language, words] of Object.entries(stopWords))
    for (const word of words.split(' ')) index.set(word, [...(index.get(word) ?? []), language])
  return index
}

/** A text's beginning says its language as well as the whole. */
const charsMax = 2000

/** A word shared by several languages says less; below this a text has said too little. */
const scoreMin = 1

/**
 * ISO 639-1 code of the language a text is most likely in; '' when it does not show. By script, and for Latin script
 * by words that are in nearly every sentence: enough for a rule, not for a linguist.
 */
export function languageOf(text: string): string {
  const beginning = text.slice(0, charsMax)
  return byScript(beginning) ?? byWords(beginning)
}

/** Quoted words of another script do not make a text foreign: the script must carry a third of its letters. */
function byScript(text: string): string | undefined {
  const foreign = text.match(/[^\P{L}\p{Script=Latin}]/gu)?.length ?? 0
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0
  if (foreign === 0 || foreign * 2 < latin) return undefined
  let best: string | undefined
  let most = 0
  for (const [script, language] of scripts) {
    // A few kana among many characters already make it Japanese.
    const found = (text.match(script)?.length ?? 0) * (language === 'ja' ? 4 : 1)
    if (found > most) [best, most] = [language, found]
  }
  return best
}

function byWords(text: string): string {
  const scores = new Map<string, number>()
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const languages = languagesOf.get(word) ?? []
    for (const language of languages) scores.set(language, (scores.get(language) ?? 0) + 1 / languages.length)
  }
  let best = ''
  let most = scoreMin
  for (const [language, score] of scores) if (score >= most) [best, most] = [language, score]
  return best
}
