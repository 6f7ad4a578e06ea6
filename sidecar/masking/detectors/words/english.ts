/** Words and short names in Latin letters that name an id, by type; phrases apart by commas, `*` for any ending. */
export const shortNames: Readonly<Record<string, string>> = {
  CREDIT_CARD:
    'credit card, debit card, card, cards, card number, cc number, cardnumber, creditcard, visa, mastercard, amex, american express, maestro, discover, diners, jcb, unionpay, pan, kreditkarte, kreditkartennummer, karte, kartennummer, carte bancaire, carte, tarjeta, carta di credito, carta, cartão, cartao, creditcardnummer, kort, kortnummer, luottokortti, karta, karty, kart numarası, kredi kartı, pay, payment, paid',
  LEI: 'lei, legal entity identifier',
  IMEI: 'imei, device id, handset',
  US_SSN:
    'ssn, ssns, social security, social security number, social security no, social, soc sec, ss#, ss number',
  US_ITIN: 'itin, individual taxpayer, individual taxpayer identification number, taxpayer id',
  US_EIN: 'ein, fein, employer identification, employer identification number, federal tax id, employer id',
  US_NPI: 'npi, national provider, provider identifier, provider number',
  US_MBI: 'mbi, medicare beneficiary, medicare beneficiary identifier, medicare',
  US_DEA: 'dea, dea number, dea registration, medical license, medical licence, prescriber',
  ABA_ROUTING_NUMBER:
    'aba, routing, routing number, rtn, aba routing, bank routing, transit number, routing transit',
  CA_SIN:
    'sin, social insurance, social insurance number, nas, assurance sociale, numéro d’assurance sociale',
  UK_NHS: 'nhs, nhs number, nhs no, national health service, health service number',
  UK_NINO: 'nino, ni number, national insurance, national insurance number, nat ins',
  UK_UTR: 'utr, unique taxpayer, unique taxpayer reference, self assessment, tax reference',
  UK_DRIVING_LICENCE: 'driving licence, driving license, driver number, dvla, licence number',
  IE_PPS: 'pps, ppsn, pps number, personal public service, uimhir psp',
  SG_NRIC_FIN: 'nric, fin, nric/fin, nric number, fin number',
  SG_UEN: 'uen, unique entity, unique entity number, acra',
  MY_NRIC: 'mykad, mykid, ic number, ic no, nric, kad pengenalan, nombor kad pengenalan, no kp, malaysian ic',
  PK_CNIC: 'cnic, nicop, nadra, shanakhti card, computerised national identity card',
  IN_AADHAAR: 'aadhaar, aadhar, adhaar, uidai, uid, aadhaar number',
  IN_PAN: 'pan, pan card, pan number, pan no, permanent account number, income tax pan',
  IN_GSTIN: 'gstin, gst, gst number, gst no, gst registration, goods and services tax',
  IN_VEHICLE_REG:
    'vehicle, vehicle number, vehicle registration, registration number, number plate, car number, rto',
  AU_TFN: 'tfn, tax file number, tax file no, tax file',
  AU_ABN: 'abn, australian business number, business number',
  AU_ACN: 'acn, australian company number, company number',
  AU_MEDICARE: 'medicare, medicare card, medicare number, medicare no',
  NZ_IRD: 'ird, ird number, ird no, inland revenue, te tari taake',
  ZA_ID_NUMBER:
    'sa id, sa id number, rsa id, south african id, id number, identity number, id no, id-nommer, identiteitsnommer',
  IL_ID: 'teudat zehut, tz, mispar zehut, israeli id, teudat, zehut',
  HK_ID: 'hkid, hk id, hkic, hong kong identity, hong kong id, identity card',
  TW_ID: 'taiwan id, taiwanese id, roc id, arc number, national identification card',
  CN_RESIDENT_ID: 'resident id, resident identity, shenfenzheng, chinese id',
  CN_USCC: 'uscc, unified social credit, social credit code, usci, credit code',
  JP_MY_NUMBER: 'my number, mynumber, individual number, kojin bango',
  KR_RRN: 'rrn, resident registration, resident registration number, jumin',
  KR_FRN: 'frn, foreigner registration, alien registration, arc',
  KR_BRN: 'brn, business registration number, korean business',
  TH_TNIN: 'thai id, thai national id, tnin, thai citizen id, pin',
}
