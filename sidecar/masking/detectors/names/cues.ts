import { fold } from '../letters.ts'

/** What language puts around names. Lists of words; how far each is trusted is decided where they are used. */

const either = (list: string) =>
  list
    .trim()
    .split(/\s*,\s*/)
    .join('|')

/** Titles, in front of a name and never without one. */
export const honorifics: ReadonlySet<string> = new Set(
  'mr mrs ms miss mx dr prof professor doctor sir madam lady lord rev reverend father sister captain capt sgt sergeant lt lieutenant col colonel judge justice senator herr frau dipl monsieur madame mme mlle mademoiselle señor señora sr sra srta don doña signor signora dott dottoressa senhor senhora dona meneer mevrouw mijnheer dhr mw pani pana paní herra rouva bayan sri smt shri kumari encik puan tuan datuk bapak ibu'.split(
    ' ',
  ),
)

/** These open a sentence or a letter with a capital and belong to no name. */
export const openers: ReadonlySet<string> = new Set(
  'the a an and or but if when where who what why how this that these those it its he she they we you i my your his her their our in on at to from for with by of as is are was were be been do does did can could should would will may might must not no yes so then there here now today tomorrow yesterday please thanks thank hi hello hey dear good morning afternoon evening also after before because since while until although however about all any each some many most more other another such than too very just only even still again once ask call email contact meet tell send give let make get see say show add write create update find use using per via re fwd cc attn regards best sincerely cheers yours name customer client patient employee user author signed liebe lieber hallo guten sehr geehrte geehrter bonjour cher chère hola querido querida estimado estimada ciao caro cara gentile egregio olá caro prezado beste geachte hoi kære hej hei drogi droga szanowny der die das ein eine und oder aber wenn ich du er sie es wir ihr mein dein sein unser le la les un une des et ou mais je tu il elle nous vous mon ma mes el los las una y o pero yo tú mi su sus il lo gli uno e ma io lui lei noi de het een en of maar ik jij hij zij wij mijn have has had are am been born named called met new old first last mister later earlier next finally meanwhile however today yesterday'.split(
    ' ',
  ),
)

/** A row of capitals with one of these names a thing, a place or a firm. */
export const thingWords: ReadonlySet<string> = new Set(
  'street st road rd avenue ave boulevard blvd lane drive square plaza place court way highway bridge tower building suite apt city town county state province island islands lake river mount mountain valley beach park bay university college school institute academy hospital clinic church museum library airport station hotel restaurant cafe theatre theater stadium bank group company corporation corp inc llc ltd limited gmbh ag sa spa bv plc co holdings partners ventures capital labs technologies technology systems software solutions services service studio studios media press news times post journal magazine records foundation association union society council committee commission ministry department agency office bureau team club league cup award prize festival act law code bill treaty constitution amendment republic kingdom states nations party movement war battle day week month year monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december north south east west northern southern eastern western central united national international american british english french german spanish italian chinese japanese russian indian european african asian test tests user users admin server client api sdk cloud web app data database engine model studio code pro max mini plus air windows linux office word excel visual machine learning intelligence project platform network security protocol interface class function object array string type error exception warning version release chapter section table figure page street straße strasse platz weg allee gasse rue avenue place calle plaza via piazza rua straat laan plein ulica ulice'.split(
    ' ',
  ),
)

export const particles: ReadonlySet<string> = new Set(
  'van von de del della di da dos das do du la le der den ter ten te zu zum bin ibn al el abu af av y e mac st'.split(
    ' ',
  ),
)

/** In front, and then one word with a capital is enough. */
export const surely = new RegExp(
  `(?:^|[^\\p{L}])(?:${either(
    "my name is, my name's, señor, señora, señorita, signor, signora, dottor, dottoressa, heer, meneer, mevrouw, senhor, senhora, monsieur, madame, doña, panią, panem, name is, i am called, known as, directed by, written by, starring, co-starring, authored by, signed by, painted by, composed by, portrayed by, played by, married to, engaged to, son of, daughter of, wife of, husband of, widow of, mother of, father of, first name, last name, surname, full name, given name, family name, maiden name, mein name ist, ich heiße, ich heisse, je m'appelle, je m’appelle, je suis, me llamo, mi nombre es, soy, mi chiamo, il mio nome è, meu nome é, me chamo, chamo-me, mijn naam is, ik heet, nazywam się, mam na imię, jmenuji se, jag heter, jeg heter, jeg hedder, minun nimeni on, nimeni on, меня зовут, benim adım, adım, numele meu este, mă numesc, a nevem, vorname, nachname, familienname, prénom, nom de famille, nombre, apellido, apellidos, nome, cognome, apelido, voornaam, achternaam, imię, nazwisko, jméno, příjmení, förnamn, efternamn, fornavn, etternavn, etunimi, sukunimi",
  )})["']?\\s*[:=]?\\s*["']?$`,
  'iu',
)

/** In front of two words with capitals, or of a common given name. */
export const probably = new RegExp(
  `(?:^|[^\\p{L}])(?:${either(
    "called, named, dear, hi, hello, hey, meet, met, met with, meeting with, contact, ask for, asked, speak to, speak with, spoke to, spoke with, talk to, talked to, talking to, call, e-mail, email, emailed, tell, told, invite, invited, thank, thank you, thanks, tribute to, features, featuring, feat., i am, i'm, this is, led by, founded by, approved by, prepared by, reviewed by, reported by, created by, produced by, owned by, hosted by, sent by, employed by, treated by, seen by, assigned to, addressed to, belongs to, sincerely, regards, best, cheers, yours, care of, c/o, attn, wife, husband, son, daughter, brother, sister, mother, father, grandfather, grandmother, uncle, aunt, cousin, friend, boss, manager, colleague, guardian, partner, girlfriend, boyfriend, fiancé, fiancée, neighbour, neighbor, doctor, lawyer, patient, customer, client, employee, tenant, passenger, witness, suspect, defendant, plaintiff, beneficiary, candidate, applicant, actor, actress, singer, author, writer, director, president, senator, minister, chancellor, mayor, professor, player, coach, founder, ceo, frau, herrn, kunde, kundin, patientin, monsieur, client, cliente, paciente, paziente, señor, klant, klient, pacjent, kund, asiakas",
  )})[,:]?\\s+["'(]?$`,
  'iu',
)

/** Labels of forms and of JSON in a text. */
export const label =
  /(?:name|customer|client|patient|employee|contact|attn|attention|from|to|cc|recipient|sender|author|assignee|owner|signed|reviewer|beneficiary|account holder|cardholder|card holder|insured|tenant|passenger|guest|buyer|seller|manager|kunde|kundin|patient|absender|empfänger|client|destinataire|expéditeur|cliente|remitente|destinatario|mittente|klant|person|holder|driver|student|teacher|candidate|applicant)["']?\s*[:=]\s*["']?$/i

export const signature =
  /(?:regards|sincerely|best|thanks|thank you|cheers|yours|truly|faithfully|wishes|love|grüße|grüßen|gruß|gruss|cordialement|salutations|amicalement|saludos|atentamente|saluti|cordiali|cumprimentos|atenciosamente|groet|groeten|groetjes|pozdrawiam|pozdravem|hälsningar|hilsen|terveisin),?[^\S\n]*\n\s{0,4}[-–—]?\s?$/iu

/** Behind, and then one word with a capital is enough. */
export const surelyBehind =
  /^(?:\s(?:was born|is a (?:very )?\p{L}+ (?:person|man|woman|guy|girl|boy)|began (?:writing|working|acting|singing|studying|playing)|started (?:writing|working|acting|singing|studying|playing)|grew up|passed away|got married|is pregnant|turned \d\d)|['’]s (?:wife|husband|son|daughter|mother|father|brother|sister|mom|dad|mum|birthday|girlfriend|boyfriend|surname|first name|passport|salary|diagnosis|medical))/iu

/** Behind two words with capitals, or a common given name. */
export const probablyBehind =
  /^(?:,? (?:\(\d{2}\)|aged \d\d|\d\d,)|,? (?:said|says|told|wrote|asked|replied|explained|added|lives|lived|works|worked|studied|married|died|moved|called|phoned|emailed|e-mailed|texted|argued|claimed|sings|sang|plays|played|paid|signed|lost|bought|owes|needs|wants|flew|listed|had given|arrived|left|joined|visited|graduated|retired|testified)(?![\p{L}])|['’]s (?:address|email|e-mail|phone|account|card|name|house|home|doctor|number|contract|order|appointment|concert|manager|office|car|friend)| as (?:guardian|beneficiary|owner|co-owner|contact|emergency contact|spouse|driver|co-signer|manager|member|trustee|executor|witness|dependent|dependant|delegate|approver|reviewer)(?![\p{L}])|, (?:the|a|an|our|my|his|her|whose|who|CEO|CTO|CFO|director|manager|head|president|chair|professor|born)(?![\p{L}]))/iu

/** Names in scripts without capitals, behind a label. */
export const labelledName =
  /(?:姓名|名字|氏名|名前|お名前|이름|성명|성함|ชื่อ|שם|الاسم|नाम)\s*(?:[:：は은는]|is)\s*([\p{L}\p{M}]{2,12}(?:[ ·・][\p{L}\p{M}]{1,12}){0,2})/gu

/** The last words of all that stands in front of names: without one of them no such cue needs to be looked for. */
export function lastWordsInFront(): ReadonlySet<string> {
  const sources = [surely, probably, label].map(({ source }) => source)
  return new Set(sources.flatMap((source) => lastWordsOf(source)))
}

const lastWordsOf = (source: string) =>
  source
    .split(/[|()]/)
    .map((part) => /([\p{L}\p{M}]+)[^\p{L}]*$/u.exec(part)?.[1] ?? '')
    .filter((word) => word !== '')
    .map(fold)
