/** Local names in Latin letters, by type; see shortNames for the notation. Marks over letters do not count. */
export const latinNames: Readonly<Record<string, string>> = {
  IBAN: 'iban, bankverbindung, kontonummer',
  DE_TAX_ID:
    'steuer*, steuer-id, steuer id, steuerid, steuerliche, identifikationsnummer, idnr, id-nr, tin, tax id, german tax',
  DE_VAT_ID: 'ust-id, ust id, ustid, ust-idnr, ust-id-nr, umsatzsteuer*, vat, mwst, mehrwertsteuer*',
  DE_RVNR:
    'rvnr, rentenversicherung*, sozialversicherung*, versicherungsnummer, sv-nummer, svnr, rv-nummer, versicherungs-nr',
  DE_KVNR:
    'kvnr, krankenversicherung*, krankenversicherten*, krankenkasse*, versichertennummer, gesundheitskarte, egk',
  DE_ID_CARD: 'personalausweis*, ausweis*, perso, id card, identity card, id-karte, german id',
  DE_PASSPORT: 'reisepass*, pass, passnummer, passport, passport number, pass-nr, passnr',
  DE_BSNR: 'bsnr, betriebsstaette*, betriebsstätte*, arztpraxis, praxisnummer, nbsnr',
  AT_SVNR:
    'svnr, sozialversicherung*, sv-nummer, sv-nr, sv nummer, versicherungsnummer, vsnr, austrian social',
  CH_AHV: 'ahv*, avs, avs-nummer, sozialversicherung*, nss, numéro avs, numero avs, oasi, navs13',
  FR_NIR:
    'nir, sécurité sociale, sécu, numéro de sécu, insee, numéro de sécurité sociale, no de securite sociale, carte vitale, assuré',
  FR_SIRET: 'siret, siren, numéro siret, établissement, insee',
  FR_TVA: 'tva, tva intracommunautaire, numéro de tva, vat',
  ES_NIF: 'nif, dni, documento nacional, documento nacional de identidad, identificación fiscal',
  ES_NIE: 'nie, extranjero, número de identidad de extranjero',
  ES_CIF: 'cif, nif, identificación fiscal, empresa',
  IT_FISCAL_CODE: 'codice fiscale, cod fiscale, c.f., cf, cod. fisc, fiscale',
  IT_VAT_CODE: 'partita iva, p.iva, p iva, piva, partita i.v.a, iva, vat',
  PT_NIF:
    'nif, contribuinte, número de contribuinte, identificação fiscal, número fiscal, nipc, fiscal number',
  NL_BSN:
    'bsn, burgerservicenummer, burger service nummer, sofinummer, sofi, sofi-nummer, citizen service number',
  BE_NN:
    'rijksregisternummer, rijksregister, insz, niss, registre national, numéro national, numéro de registre national, nationalregister*, nn, rrn, belgian national',
  SE_PERSONNUMMER: 'personnummer*, person nummer, personnr, pnr, samordningsnummer, swedish personal',
  SE_ORGNR:
    'organisationsnummer*, orgnummer, orgnr, org nr, org.nr, org.nummer, org nummer, organization number',
  NO_FNR: 'fødselsnummer*, fodselsnummer*, fnr, f.nr, personnummer, fødselsnr, d-nummer, dnr, norwegian id',
  NO_ORGNR:
    'organisasjonsnummer*, orgnr, org.nr, org nr, org.nummer, orgnummer, foretaksregisteret, brønnøysund',
  DK_CPR: 'cpr, cpr-nummer, cpr-nr, cprnr, cpr nummer, cpr nr, personnummer, cpr number',
  FI_HETU: 'hetu, henkilötunnu*, henkilötunnus, sotu, henkilötieto*, personbeteckning*',
  PL_PESEL: 'pesel, numer pesel, nr pesel, pesel*',
  PL_NIP: 'nip, numer nip, nr nip, identyfikacji podatkowej, polish tax',
  CZ_RC: 'rodné číslo, rodné čislo, rodneho cisla, rodným číslem, rodného čísla, r.č., rč, rc, birth number',
  EE_IK: 'isikukood*, ik, isikukoodi',
  LT_AK: 'asmens kodas, asmens kodo, asmens kodą, a.k., ak',
  RO_CNP: 'cnp, cod numeric personal, codul numeric personal, cod numeric',
  HR_OIB: 'oib, osobni identifikacijski broj, osobni identifikacijski',
  SI_EMSO: 'emšo, emso, enotna matična številka, enotna maticna, matična številka, jmbg, matični broj',
  BG_EGN: 'egn, edinen grazhdanski',
  RU_INN: 'inn, taxpayer identification number',
  UA_RNTRC: 'rntrc, rnokpp, ipn, ukrainian tax',
  GR_AMKA: 'amka, social security greece',
  TR_NATIONAL_ID: 'kimlik, kimlik no, kimlik numarası, tckn, tc kimlik, t.c. kimlik, tc no, vatandaşlık',
  BR_CPF: 'cpf, cadastro de pessoas físicas, cadastro de pessoa física, cpf/mf',
  BR_CNPJ: 'cnpj, cadastro nacional da pessoa jurídica, cnpj/mf',
  AR_CUIT: 'cuit, cuil, clave única, cuit/cuil',
  CL_RUT: 'rut, run, rol único tributario, rol unico, rol único nacional',
  CO_NIT: 'nit, número de identificación tributaria, identificación tributaria',
  MX_CURP: 'curp, clave única de registro',
  MX_RFC: 'rfc, registro federal, registro federal de contribuyentes',
  ID_NIK: 'nik, ktp, nomor induk kependudukan, no ktp, nomor ktp, kartu tanda penduduk, e-ktp',
  ID_NPWP: 'npwp, nomor pokok wajib pajak, wajib pajak',
  CA_SIN: 'numéro d assurance sociale, assurance sociale, nas',
  UK_UTR: 'tax reference number',
}
