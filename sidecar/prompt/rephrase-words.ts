/** People in a hurry leave accents out. */
export function plain(text: string): string {
  return isAscii.test(text)
    ? text
    : text
        .normalize('NFD')
        .replace(/[\u0300-\u036f]/g, '')
        .normalize('NFC')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const isAscii = /^[\x00-\x7f]*$/

/** Words that tell a request said again from a new one: English, German, French and Spanish, without apostrophes. */
function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(plain(lines.join(' ')).split(' '))
}

export const negations = words(
  'not no never without dont doesnt didnt isnt arent wasnt werent havent hasnt hadnt cant couldnt wont wouldnt shouldnt',
  'nicht kein keine keinen keinem keiner nie ohne ne n pas jamais sans aucun aucune nunca sin ningún ninguna non',
)

export const dates = words(
  'january february march april may june july august september october november december',
  'monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight',
  'day days week weeks month months quarter quarters year years',
  'januar februar märz april mai juni juli august september oktober november dezember',
  'montag dienstag mittwoch donnerstag freitag samstag sonntag heute morgen gestern',
  'tag tage tagen woche wochen monat monate monaten quartal jahr jahre jahren',
  'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
  'lundi mardi mercredi jeudi vendredi samedi dimanche aujourd demain hier',
  'jour jours semaine semaines mois trimestre an ans année années',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  'lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer',
  'día días semana semanas mes meses trimestre año años',
)

export const numbers = words(
  'one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million',
  'first second third half double both',
  'zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig fünfzig hundert tausend',
  'deux trois quatre cinq sept huit neuf dix onze douze vingt trente cinquante cent mille',
  'dos tres cuatro cinco seis siete ocho nueve diez doce veinte treinta cincuenta cien mil',
)

/** The same thing made otherwise: a wish about the answer, not the question again. */
export const degrees = words(
  'more less fewer shorter longer simpler cheaper larger smaller bigger better faster another other else instead',
  'highest lowest largest smallest least most',
  'mehr weniger kürzer länger einfacher billiger größer kleiner besser schneller anderer andere anderes stattdessen',
  'plus moins court courte autre autres menos corto corta larga otro otra otros otras',
)

/** What they ask for can't be had by asking with another of them. */
export const pointedQuestions = words(
  'who whose when why wer wem wen wann warum wieso weshalb wieviel wieviele',
  'qui quand pourquoi combien quién quiénes cuándo cuánto cuánta cuántos cuántas',
)

/** After `how` they ask for a measure. */
export const measures = words(
  'much many long often old far large fast viel viele lange oft alt weit hoch teuer',
)

export const looseQuestions = words(
  'what which how where whats wie was wo welche welcher welches wohin comment quel quelle quels quelles où',
  'cómo qué cuál cuáles dónde',
)

/** Openings of questions that are answered by yes or no. */
export const openings = words(
  'can could is are was were do does did will would should has have may',
  'kann können könnt ist sind gibt habt haben darf est puis peut pouvez avez puedo puede pueden hay es está',
)

/** What a turn opens with when it goes on from the answer. */
export const onward = words(
  'now and then also ok okay great thanks sorry perfect next besides so jetzt nun und dann auch danke super okay',
  'maintenant et ensuite alors aussi merci ahora y entonces también gracias vale',
)

/** Verbs that fill a sentence and still open an order. */
export const orders = words(
  'show give list tell find let get help zeig zeige gib suche montre donne muestra dame',
)

/** What names where something goes: with these the order of two names matters. */
export const directions = words(
  'from to into than vs über von nach ins zu vers depuis contre desde hacia al a',
)

/** Joins the sentence and says nothing of what is asked for. */
export const articles = words(
  'a an the der die das den dem des ein eine einen einem einer le la les l un une el los las una unos unas',
  'my your our his her their its mein meine meinen meinem meiner meines dein deine unser unsere ihr ihre',
  'mon ma mes ton ta tes votre vos notre nos son sa ses mi mis tu tus su sus nuestro nuestra',
  'this that these those dieser diese dieses diesen ce cet cette ces este esta estos estas',
  'please bitte plait svp stp por favor',
)

export const fillers = words(
  'i me we us you he she it they them who one is are was were be been being am do does did have has had having',
  'can could will would should shall may might must of in on at to for from by with about into onto and or but if whether',
  'as than so too very just really there here im ive id its thats whats want wants need needs like know tell show give',
  'list let get getting find possible way best able any some again still ask asked asking question mean meant said hi',
  'hello hey help exactly actually although though because while work how what which where when why whose ok meaning',
  'also s t d m re ve ll',
  'ich du er sie es wir ihr mich mir dich dir sich uns euch bin ist sind war waren sein hat habe haben habt hatte wird',
  'werden kann können könnt könnte möchte will wollen soll muss darf von zu zur zum im in ins am an auf für mit bei nach',
  'aus um über unter und oder aber ob wenn dass als auch noch nur doch mal nochmal denn da man gibt geht suche finde',
  'zeig zeige zeigen möglich wie was wo wer wann warum welche welcher welches frage hallo eigentlich gerne',
  'je j tu il elle on nous vous ils elles me m te t se s y en est es suis sont était être ai as a avez avons ont avoir',
  'peux peut puis pouvez pourrais voudrais veux faire fait fais faut de du des d à au aux dans sur pour par avec et ou mais si',
  'que qu qui quoi comment quel quelle quels quelles où quand pourquoi donc encore moyen bonjour question montre',
  'yo él ella nosotros me te se nos lo le les es son soy está están estar ser era he ha han haber puedo puede pueden',
  'podría quiero quisiera necesito hacer hago hace de del en a al para por con y o pero si que qué cómo cuál dónde cuándo',
  'quién donde como muestra dame hola pregunta ya muy',
)

/** Before the request itself comes that the answer missed it. */
export const complaint =
  /^(?:no|nope|nein|non|again|nochmal|hello|sorry|still|i (?:asked|mean|meant|said)|i still (?:dont|do not|cant) (?:know|see|understand|get|find)|ich meine|je veux dire|quiero decir|otra vez|encore une fois)(?: |$)/
