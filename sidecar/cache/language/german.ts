import type { LanguageData } from './language.ts'

export const german: LanguageData = {
  code: 'de',
  articles: '',
  phrases: { 'ein paar': 'ein_paar', 'ein wenig': 'ein_wenig', 'ein bisschen': 'ein_bisschen' },
  auxiliaries: {},
  modals: 'kann können darf dürfen muss müssen soll sollen sollte will wollen möchte würde könnte',
  functions: `
    ich mich mir mein meine meinen meinem meiner meines du dich dir dein deine deinen er ihn ihm sein seine sie ihr ihre
    es wir uns unser unsere man der die das den dem des ein eine einen einem einer eines dieser diese dieses jener
    ist sind bin bist war waren wird werden wurde wurden hat habe haben hatte hatten sein gewesen
    kann können darf dürfen muss müssen soll sollen sollte will wollen möchte würde könnte
    in im an am auf aus bei mit nach von vom zu zum zur für über unter vor hinter zwischen durch gegen ohne um bis seit
    und oder aber denn sondern als wie wenn ob dass weil während obwohl sowie
    nicht kein keine keinen keinem keiner nie niemals nichts niemand nirgends weder noch außer statt
    was welche welcher welches welchen wer wen wem wessen wann wo woher wohin warum wieso weshalb
    sehr auch nur noch schon wieder immer oft mehr weniger viel viele alle jeder jede jedes einige andere
    bitte danke mal machen macht gehen geht geben gibt sagen zeigen brauchen`,
  questions: {
    was: 'was',
    welche: 'welch',
    welcher: 'welch',
    welches: 'welch',
    welchen: 'welch',
    wer: 'wer',
    wen: 'wen',
    wem: 'wem',
    wessen: 'wessen',
    wann: 'wann',
    wo: 'wo',
    woher: 'woher',
    wohin: 'wohin',
    warum: 'warum',
    wieso: 'warum',
    weshalb: 'warum',
    wie: 'wie',
  },
  measures: 'viel viele lange oft weit alt groß hoch tief schnell spät früh',
  negations: `nicht kein keine keinen keinem keiner keines nie niemals nichts niemand nirgends weder noch ohne außer statt
    kaum ausgenommen`,
  tense: 'war waren wurde wurden hatte hatten wird werden gewesen',
  pronouns: 'er sie ihn ihm ihr ihre ihren ihrem sein seine seinen seinem es',
  numbers: {
    null: '0',
    zwei: '2',
    drei: '3',
    vier: '4',
    fünf: '5',
    sechs: '6',
    sieben: '7',
    acht: '8',
    neun: '9',
    zehn: '10',
    elf: '11',
    zwölf: '12',
    zwanzig: '20',
    dreißig: '30',
    vierzig: '40',
    fünfzig: '50',
    sechzig: '60',
    siebzig: '70',
    achtzig: '80',
    neunzig: '90',
    hundert: '100',
    tausend: '1000',
    million: '1000000',
    millionen: '1000000',
    halb: '0.5',
    dutzend: '12',
    einmal: '1x',
    zweimal: '2x',
    dreimal: '3x',
  },
  units: {
    km: 'km',
    kilometer: 'km',
    m: 'm',
    meter: 'm',
    cm: 'cm',
    zentimeter: 'cm',
    mm: 'mm',
    millimeter: 'mm',
    kg: 'kg',
    kilogramm: 'kg',
    kilo: 'kg',
    g: 'g',
    gramm: 'g',
    mg: 'mg',
    milligramm: 'mg',
    l: 'l',
    liter: 'l',
    ml: 'ml',
    milliliter: 'ml',
    s: 's',
    sekunde: 's',
    sekunden: 's',
    ms: 'ms',
    min: 'minute',
    minute: 'minute',
    minuten: 'minute',
    h: 'stunde',
    std: 'stunde',
    stunde: 'stunde',
    stunden: 'stunde',
    tag: 'tag',
    tage: 'tag',
    tagen: 'tag',
    woche: 'woche',
    wochen: 'woche',
    monat: 'monat',
    monate: 'monat',
    monaten: 'monat',
    jahr: 'jahr',
    jahre: 'jahr',
    jahren: 'jahr',
    uhr: 'uhr',
    prozent: '%',
    '%': '%',
    euro: 'eur',
    eur: 'eur',
    cent: 'cent',
  },
  spellings: {
    daß: 'dass',
    muß: 'muss',
    'e-mail': 'email',
    'e-mails': 'emails',
    grüsse: 'grüße',
    photo: 'foto',
  },
  contractions: [
    [/\bgeht's\b/g, 'geht es'],
    [/\bgibt's\b/g, 'gibt es'],
    [/\bist's\b/g, 'ist es'],
  ],
  leadIns: [
    /^(?:hallo|hi|hey|moin|guten (?:morgen|tag|abend)|servus|bitte|danke|ok|okay|also)\s*[,.!?:;-]*\s+/,
    /^(?:kannst|könntest|können|könnten) (?:du|sie) (?:mir )?(?:bitte )?(?:sagen|erklären),?\s+(?=(?:was|welche|wer|wann|wo|warum|wie)\b)/,
    /^(?:bitte )?sag(?:en sie)? mir(?: bitte)?,?\s+(?=(?:was|welche|wer|wann|wo|warum|wie)\b)/,
  ],
  leadOuts: [/[\s,.!?;-]+(?:bitte|danke|vielen dank|danke schön)\s*[.!?]*$/],
  openings: [],
  joiners: '',
  polar: `
    an/aus ein/aus aktivieren/deaktivieren vor/nach vorher/nachher mehr/weniger erhöhen/senken kaufen/verkaufen
    öffnen/schließen auf/zu beginnen/enden anfang/ende hinzufügen/entfernen erstellen/löschen installieren/deinstallieren
    auf/ab oben/unten links/rechts rein/raus innen/außen heiß/kalt warm/kalt hoch/niedrig maximum/minimum maximal/minimal
    beste/schlechteste gut/schlecht besser/schlechter legal/illegal erlaubt/verboten gewinnen/verlieren gewinn/verlust
    erste/letzte ersten/letzten männlich/weiblich mann/frau vater/mutter sohn/tochter bruder/schwester sein/ihr er/sie
    ihn/sie wahr/falsch ja/nein import/export importieren/exportieren hochladen/herunterladen
    verschlüsseln/entschlüsseln sperren/entsperren abonnieren/abbestellen annehmen/ablehnen genehmigen/ablehnen
    senden/empfangen geben/nehmen leihen/verleihen über/unter alt/neu älter/jünger groß/klein größer/kleiner lang/kurz
    länger/kürzer schnell/langsam schneller/langsamer leicht/schwer einfach/schwierig reich/arm früh/spät früher/später
    vergangenheit/zukunft mit/ohne positiv/negativ vorteil/nachteil vorteile/nachteile aufsteigend/absteigend
    öffentlich/privat intern/extern anmelden/abmelden verbinden/trennen speichern/verwerfen anzeigen/ausblenden
    ledig/verheiratet sicher/gefährlich billig/teuer günstig/teuer immer/nie nord/süd ost/west norden/süden osten/westen
    nördlich/südlich östlich/westlich morgens/abends tag/nacht täglich/wöchentlich/monatlich/jährlich brutto/netto
    wachsen/schrumpfen kündigen/verlängern einzahlen/abheben ankunft/abfahrt ankommen/abfahren eingang/ausgang
    montag/dienstag/mittwoch/donnerstag/freitag/samstag/sonntag
    januar/februar/märz/april/mai/juni/juli/august/september/oktober/november/dezember`,
  pluralsApart: '',
  hasPluralS: false,
  timeBound:
    'heute jetzt aktuell aktuelle aktueller aktuellen gestern morgen derzeit momentan neueste neuesten zurzeit gerade',
  own: 'ich mich mir mein meine meinen meinem meiner meines wir uns unser unsere unseren',
  affairs: `konto kontos bestellung bestellungen guthaben kontostand abo abonnement rechnung rechnungen daten name namen
    adresse email telefon nummer karte passwort zahlung zahlungen vertrag ticket buchung reservierung lieferung paket
    sendung erstattung gehalt kredit tarif profil termin geburtstag alter verlauf einstellungen punkte`,
}
