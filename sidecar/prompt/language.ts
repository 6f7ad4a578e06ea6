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

/** Words that nearly every sentence has and that few neighbours share, and what people ask assistants for. */
const stopWords: Readonly<Record<string, string>> = {
  en:
    'the and is are was were you your what how this that these those with for not have has had can could should would ' +
    'please of to it in my me do does did from i we they a an on at by if but or be been will why where when which who ' +
    'there their its his her our more than then so any all some about into out up now list show write explain give make ' +
    "get use find fix run help need want tell create add open delete play using between don doesn't",
  de:
    'der die das und ist sind nicht ich wie ein eine einen einem einer mit auf für von zu was bitte den dem des kann es ' +
    'auch warum im am zum zur bei nach aus um wir ihr sie du mein meine meinen mir mich dir dein deine uns unser wo wann ' +
    'wer welche welcher welches habe hat haben wird werden war wenn dass oder aber sich noch nur schon jetzt hier seit ' +
    'kein keine gibt möchte soll muss danke schreibe erkläre zeige mache gib zwischen über unter vom nichts mehr geht ich ' +
    'übersetze suche finde hilf text englisch uhr tag hallo gerne viel nur wieder angekommen fürs ins',
  fr:
    'le la les et est sont vous je que qui une un des pour pas dans avec ce cet cette ces comment sur du de pourquoi mon ' +
    'ma mes nous au aux il elle ils on se sa son ses leur votre vos ton ta où quel quelle quels quelles quand mais ou donc ' +
    'ne plus très bien faire fait peux peut puis ai as ont été être avoir merci écris explique donne moi entre depuis ' +
    'maintenant comme aussi tout tous par sans j l d c n qu s m ' +
    'traduis traduisez cherche trouve montre aide texte anglais français heure jour chez arrive arrivé sais veux voudrais besoin bonjour',
  es:
    'el la los las y es son que de una un por para con no cómo como qué mi mis en se del está están puedo puede favor al ' +
    'lo le les su sus tu yo me te nos dónde cuándo cuál quién porque pero más muy ya hay este esta esto ese esa eso desde ' +
    'hasta entre sobre sin hacer tiene tengo quiero necesito ser estar ha he gracias ahora escribe explica explícame dame ' +
    'muestra nada todo todos también si o a ' +
    'traduce busca ayuda texto inglés español hora día llegó para hola buenos necesita cuánto cuántos tres dos estoy eres fue',
  it:
    'il lo la gli e è sono che di una un per con non come mi in si del della dei delle dello perché questo questa nel nella ' +
    'posso ciao le i da dal dalla al alla ai tra fra su sul sulla ma anche più io tu lui noi voi mio mia miei ho hai ha ' +
    'abbiamo hanno dove quando quale quali chi cosa se già ancora adesso ora grazie scrivi spiega spiegami fare fatto puoi ' +
    'vorrei senza molto tutto l c un uno a o ' +
    'riesco ad traduci cerca trova mostra aiuto testo inglese ora giorno arrivato buongiorno voglio devo bisogno quanto quanti due tre essere dammi',
  pt:
    'o os a as e é são que de uma um por para com não como meu minha meus minhas em se do da dos das está estão você posso ' +
    'isso no na nos nas ao à pelo pela eu me te lhe seu sua seus suas onde quando qual quais quem porque mas mais muito já ' +
    'este esta deste desta esse essa desse entre sobre sem desde até fazer tem tenho quero preciso ser estar foi obrigado ' +
    'obrigada agora escreva explique nada tudo todos também ou ' +
    'há dê traduza procure mostre ajuda texto inglês português hora horas dia chegou para olá bom quer precisa quanto quantos três dois consigo',
  nl:
    'de het en is zijn niet ik hoe een met op voor van te wat dat deze kan mijn je naar maar waarom er in dit die we wij jij ' +
    'u hij zij ons onze jouw uw waar wanneer wie welke welk heb heeft hebben wordt worden was als om of ook nog nu meer ' +
    'geen niets sinds bij uit aan tot over tussen moet moeten kunnen kun wil graag bedankt schrijf leg geef maak alle ' +
    'vertaal zoek vind toon help tekst engels tijd dag hallo graag veel alleen weer gaat komt',
  pl:
    'i w we z ze nie na jest są się że do to jak co czy mój moja moje mojego mojej dla po od za przez przy o u jestem mam ' +
    'masz ma mamy proszę tak ale lub oraz dlaczego gdzie kiedy który która które kto ten ta te tego tej tym już jeszcze ' +
    'teraz bardzo tylko może mogę chcę między jako być był była dziękuję napisz wyjaśnij pokaż mi mnie ci jego jej nic ' +
    'przetłumacz znajdź podaj pokaż tekst angielski godzina dzień dzień cześć ile jakie tych wszystko tutaj',
  sv:
    'och är det inte jag hur en ett med på för av att vad som kan min mitt mina du din ditt till den de varför har om vi i ' +
    'var när vilken vilket vilka vem så men eller också nu inget något någon från ut upp över under mellan sedan efter ' +
    'ska skulle vill måste blir bli vara varit hade han hon oss våra mig dig sig tack skriv förklara visa ge här där ' +
    'finns vilken när kom kommer gör göra gå får fick översätt hitta hjälp text engelska tid dag hej kanske mycket bara igen',
  tr:
    've bir bu şu o ne için ile mi mı mu mü nasıl değil ben sen biz siz çok var yok de da lütfen olan olarak benim senin ' +
    'gibi neden niye nerede hangi kim daha en her hiç bir şey ama fakat veya ya ki kadar sonra önce şimdi dünden bugün beri ' +
    'arasındaki bana sana beni yaz açıkla göster yap istiyorum olur mısın misin teşekkürler ' +
    'saat kaç mıdır edebilir edin eder yapamıyorum giriş metni ver için yardım merhaba günaydın benimle kendi zaman',
}

/** Letters that a language is known by, where the words say too little. */
const letters: readonly (readonly [RegExp, string])[] = [
  [/[äöüß]/, 'de'],
  [/[àâêëîïôœûùç]|^é|ée?s?$/, 'fr'],
  [/[ñ¿¡]|ción$|ó$/, 'es'],
  [/[ãõ]|ção$|ções$/, 'pt'],
  [/[ąćęłńśźż]/, 'pl'],
  [/[åäö]/, 'sv'],
  [/[ğışçöü]/, 'tr'],
  [/[ìòù]$|^è$/, 'it'],
]

/** Every code that may come out. */
export const languagesKnown: readonly string[] = [
  ...new Set([...scripts, ...letters].map(([, language]) => language).concat(Object.keys(stopWords))),
].sort()

const languagesOf: ReadonlyMap<string, readonly string[]> = indexed()

function indexed(): Map<string, string[]> {
  const index = new Map<string, string[]>()
  for (const [language, words] of Object.entries(stopWords))
    for (const word of new Set(words.split(' '))) index.set(word, [...(index.get(word) ?? []), language])
  return index
}

/** A text's beginning says its language as well as the whole. */
const charsMax = 2000

/** A word shared by several languages says less; below this a text has said too little. */
const scoreMin = 1
/** Orders in English are short and full of names: another language must show in two places. */
const tracesMin = 2
const letterScore = 0.5

/**
 * ISO 639-1 code of the language a text is most likely in; '' when it does not show. By script, and for Latin script
 * by words that are in nearly every sentence, and by letters: enough for a rule, not for a linguist.
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
  const words = wordsIn(text)
  const found = new Map<string, Trace>()
  for (const own of words) {
    const languages = languagesOf.get(own) ?? []
    for (const language of languages) add(found, language, 1 / languages.length)
    if (languages.length > 0 || ascii.test(own)) continue
    for (const [letter, language] of letters) if (letter.test(own)) add(found, language, letterScore)
  }
  let best = ''
  let most = 0
  for (const [language, { score, traces }] of found) {
    if (score <= most || score < scoreMin || (language !== 'en' && traces < tracesMin)) continue
    best = language
    most = score
  }
  return best
}

interface Trace {
  score: number
  traces: number
}

function add(found: Map<string, Trace>, language: string, score: number): void {
  const trace = found.get(language) ?? { score: 0, traces: 0 }
  trace.score += score
  trace.traces += 1
  found.set(language, trace)
}

const ascii = /^[a-z]*$/
const fenced = /```[^`]*(?:```|$)/g
/** No words of a sentence: addresses, paths, calls, flags. */
const technical = /[\p{L}\p{N}][._/\\@:=(){}<>[\]|$*]+[\p{L}\p{N}]|^[-$/\\@<]/u
const lettersOnly = /[\p{L}\p{M}¿¡]+/gu

function wordsIn(text: string): ReadonlySet<string> {
  const words = new Set<string>()
  for (const token of text.replace(fenced, ' ').toLowerCase().split(/\s+/)) {
    if (technical.test(token)) continue
    for (const word of token.match(lettersOnly) ?? []) words.add(word)
  }
  return words
}
