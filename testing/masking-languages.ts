import { idMakers } from './masking-ids.ts'
import type { Random } from './random.ts'

type Maker = keyof typeof idMakers

/** Sentences around ids, words in front and behind, in the languages that use them; `#` stands for the id. */
const sentences: readonly (readonly [language: string, maker: Maker, texts: readonly string[]])[] = [
  [
    'en',
    'card',
    [
      'Could you charge # again? The first try failed.',
      'She read # out loud over the line.',
      'My Visa is #, expiring in March.',
      'Refund goes to # (credit card on file).',
    ],
  ],
  [
    'en',
    'nhs',
    [
      'The letter quotes NHS number # at the top.',
      'Patient record for NHS no. #, please.',
      '# is the NHS number we have for him.',
      'NHS: #',
    ],
  ],
  [
    'en',
    'sin',
    [
      'My social insurance number is #, I live in Ottawa.',
      'SIN # was missing on the T4 slip.',
      'Please add # as her SIN.',
    ],
  ],
  [
    'en',
    'tfn',
    [
      'You forgot to give your tax file number, it should be #.',
      'TFN: #',
      'The payroll team in Perth holds # as my TFN.',
    ],
  ],
  [
    'de',
    'steuerId',
    [
      'Meine Steuer-ID lautet #, bitte tragen Sie sie ein.',
      'Die Steueridentifikationsnummer # steht auf dem Bescheid.',
      'Bitte # als Steuernummer verwenden.',
      'Identifikationsnummer (Finanzamt): #',
    ],
  ],
  [
    'de',
    'ibanDe',
    [
      'Überweisen Sie den Betrag bitte auf # bis Freitag.',
      'Neue Bankverbindung: #',
      'Kontoinhaberin und IBAN # bleiben gleich.',
    ],
  ],
  [
    'fr',
    'nir',
    [
      'Mon numéro de sécurité sociale est le #.',
      'Assuré sous le # depuis 2011.',
      'Le NIR # ne correspond pas au dossier.',
    ],
  ],
  [
    'fr',
    'siret',
    [
      'Notre SIRET est #, vous le trouverez sur la facture.',
      'Numéro SIRET : #',
      'Établissement immatriculé # (SIRET).',
    ],
  ],
  [
    'es',
    'dni',
    ['Mi DNI es #, ¿me lo puede confirmar?', 'El titular con NIF # solicita la baja.', 'Firmado: #'],
  ],
  ['es', 'nie', ['Tengo el NIE # desde el año pasado.', 'Solicitud de residencia para #.']],
  [
    'it',
    'partitaIva',
    [
      'La nostra partita IVA è #.',
      'P. IVA: #',
      'Fattura intestata a ditta con P.IVA #, grazie.',
      'Emettere fattura a # come partita IVA.',
    ],
  ],
  [
    'pt',
    'contribuinte',
    ['O meu NIF é #, obrigado.', 'Número de contribuinte: #', 'Fatura com o número fiscal # por favor.'],
  ],
  [
    'pt',
    'cpf',
    [
      'Meu CPF é # e moro em Recife.',
      'Informe o CPF do titular: #',
      'Cadastro de pessoa física # ainda pendente.',
    ],
  ],
  [
    'nl',
    'bsn',
    [
      'Mijn BSN is #, staat op mijn paspoort.',
      'Het burgerservicenummer # klopt niet.',
      'Burgerservicenummer: #',
      'Sofinummer # is hetzelfde gebleven.',
    ],
  ],
  ['nl', 'ibanNl', ['Maak het over naar # alstublieft.', 'Mijn rekening is #.']],
  [
    'pl',
    'pesel',
    [
      'Mój PESEL to #, proszę o weryfikację.',
      'Proszę wpisać numer PESEL #.',
      'Pacjent o numerze PESEL # zgłosił się wczoraj.',
    ],
  ],
  [
    'pl',
    'nip',
    [
      'Faktura na NIP #, dziękuję.',
      'Numer identyfikacji podatkowej: #',
      'Firma z numerem NIP # jest nowym klientem.',
    ],
  ],
  ['sv', 'personnummer', ['Mitt personnummer är #.', 'Personnr: #', 'Patienten (#) har bokat en ny tid.']],
  [
    'ja',
    'myNumber',
    [
      '私のマイナンバーは#です。',
      '個人番号：#',
      '年末調整のため個人番号「#」を登録してください。',
      'マイナンバーカードに#と書いてあります。',
    ],
  ],
  [
    'zh',
    'residentId',
    ['我的身份证号是#，请核实。', '证件号码：#', '请把#录入系统。', '身份證字號 # 已登記。'],
  ],
  [
    'ko',
    'brn',
    ['사업자등록번호는 #입니다.', '사업자 번호: #', '세금계산서는 사업자등록번호 #로 발행해 주세요.'],
  ],
  [
    'tr',
    'tcKimlik',
    [
      'T.C. kimlik numaram #, kaydımı güncelleyin.',
      'TC Kimlik No: #',
      'Hastanın kimlik numarası # olarak görünüyor.',
      'TCKN # ile giriş yapamıyorum.',
    ],
  ],
  [
    'ru',
    'inn',
    [
      'Мой ИНН #, проверьте, пожалуйста.',
      'ИНН: #',
      'Укажите идентификационный номер налогоплательщика # в заявлении.',
      'В договоре указан # (ИНН физического лица).',
    ],
  ],
]

export interface LanguageCase {
  readonly language: string
  readonly type: string
  readonly text: string
  readonly start: number
  readonly end: number
}

/** `rounds` texts of each sentence; with a wrong check digit when `isSpoilt`. */
export function languageCases(random: Random, rounds: number, isSpoilt: boolean): readonly LanguageCase[] {
  return sentences.flatMap(([language, name, texts]) =>
    texts.flatMap((sentence) =>
      Array.from({ length: rounds }, () => {
        const { type, make, spoil } = idMakers[name]
        const id = isSpoilt ? spoil(make(random)) : make(random)
        const start = sentence.indexOf('#')
        return { language, type, text: sentence.replace('#', id), start, end: start + id.length }
      }),
    ),
  )
}
