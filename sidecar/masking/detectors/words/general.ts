import type { IdKind } from '../ids/rule.ts'

/** Words that name a kind of id, whatever the country; a country's word near makes them as good as a name. */
export const kindWords: Readonly<Record<Exclude<IdKind, 'vehicle' | 'device' | 'bank'>, string>> = {
  personal:
    'national id, national identity, national identity number, national identity card, national identification, national identification number, identity number, identity card number, personal id, personal id number, personal identity, personal identity code, personal identification number, personal identification code, personal number, personal code, citizen id, citizen number, citizen identification, social security, social security number, national insurance number, identity document, government id, civil registration number, identité nationale, numéro national, documento de identidad, número de identidad, cédula, carné de identidad, personalausweisnummer, personenkennzahl, numero di identità',
  tax: 'tax id, tax number, tax no, tax identification, tax identification number, tax payer, taxpayer, taxpayer number, taxpayer identification, tin, fiscal number, fiscal code, tax code, tax registration, vat, vat id, vat no, vat number, vat reg, steuernummer, numéro fiscal, identification fiscale, número fiscal, numer podatkowy',
  company:
    'company number, company registration, business number, business id, business registration, business registration number, registration number, company identity code, company id, tax id, vat, vat id, vat no, vat number, vat reg, tax number, organization number, organisation number, enterprise number, employer number',
  health:
    'health number, health insurance number, health card, patient id, patient number, insurance number, beneficiary',
}

/** These say "an id" and no more: only together with a country. */
export const vagueWords =
  'id, id number, id no, id code, id card, identity, identification, identifier, identification number, number, no, nr, code, nummer, número, numéro, numero, personal, citizen'

export const countryWords: Readonly<Record<string, string>> = {
  US: 'us, usa, american, united states, irs',
  CA: 'canada, canadian, canadien, canadienne',
  MX: 'mexico, méxico, mexican, mexicano, mexicana',
  BR: 'brazil, brazilian, brasil, brasileiro, brasileira',
  AR: 'argentina, argentine, argentinian, argentino',
  CL: 'chile, chilean, chileno, chilena',
  CO: 'colombia, colombian, colombiano, colombiana',
  UK: 'uk, british, britain, england, united kingdom, hmrc',
  IE: 'ireland, irish',
  DE: 'german, germany, deutsch*, deutschland',
  AT: 'austria, austrian, österreich*',
  CH: 'swiss, switzerland, schweiz*, suisse, svizzera',
  FR: 'french, france, français, française',
  ES: 'spain, spanish, españa, español, española',
  IT: 'italy, italian, italia, italiano, italiana',
  PT: 'portugal, portuguese, português, portuguesa',
  NL: 'dutch, netherlands, nederland*, holland',
  BE: 'belgium, belgian, belgië, belgique, belge, belgisch*',
  GR: 'greece, greek, ελλάδα, ελληνικός',
  SE: 'sweden, swedish, svensk*, sverige',
  NO: 'norway, norwegian, norsk*, norge',
  DK: 'denmark, danish, dansk*, danmark',
  FI: 'finland, finnish, suomi, suomalainen, finsk*',
  PL: 'poland, polish, polski, polska, polskie',
  CZ: 'czech, czechia, slovak, slovakia, česk*, slovensk*',
  EE: 'estonia, estonian, eesti',
  LT: 'lithuania, lithuanian, lietuv*',
  RO: 'romania, romanian, român, românia, română',
  BG: 'bulgaria, bulgarian, българ*',
  HR: 'croatia, croatian, hrvatsk*',
  SI: 'slovenia, slovenian, slovene, slovensk*, serbian',
  RU: 'russia, russian, росси*, русск*',
  UA: 'ukraine, ukrainian, укра*',
  TR: 'turkey, turkish, türkiye, türk, türkçe',
  CN: 'china, chinese, 中国',
  HK: 'hong kong, hongkong, 香港',
  TW: 'taiwan, taiwanese, 台灣, 臺灣',
  JP: 'japan, japanese, 日本',
  KR: 'korea, korean, 한국',
  IN: 'india, indian, भारत',
  ID: 'indonesia, indonesian',
  SG: 'singapore, singaporean',
  TH: 'thailand, thai, ไทย',
  MY: 'malaysia, malaysian',
  PK: 'pakistan, pakistani',
  IL: 'israel, israeli, ישראל',
  ZA: 'south africa, south african, rsa',
  AU: 'australia, australian, aussie, ato',
  NZ: 'new zealand, nz, kiwi',
  PH: 'philippines, philippine, filipino, pinoy',
}

/** What stands right before a number that is none of these. */
export const contraryWords =
  'order, order id, order no, order number, invoice, invoice no, invoice number, tracking, tracking number, ticket, isbn, issn, ean, gtin, upc, sku, epoch, timestamp, ts, trace, trace id, span, build, commit, revision, version, port, pid, bytes, ms, seed, offset, request id, request, transaction id, batch, serial, part number, order no, bestellung, bestellnummer, rechnung, rechnungsnummer, commande, facture, pedido, factura, ordine, fattura'
