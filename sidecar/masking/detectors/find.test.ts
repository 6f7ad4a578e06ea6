import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScanner } from '../scan.ts'
import type { ScannerSettings } from '../settings.ts'

function found(text: string, settings: ScannerSettings = {}, key?: string): string[] {
  const hint = key === undefined ? {} : { key }
  return createScanner(settings)
    .scan(text, hint)
    .map(({ type, start, end }) => `${type} ${text.slice(start, end)}`)
}

const cases = (rows: Readonly<Record<string, readonly string[]>>) => {
  for (const [text, expected] of Object.entries(rows)) assert.deepEqual(found(text), expected, text)
}

test('digits alone need a word, formatted ones fire alone, and the word may be in any language', () => {
  cases({
    '294473879': [],
    'her SSN: 294473879': ['US_SSN 294473879'],
    '294-47-3879': ['US_SSN 294-47-3879'],
    'ИНН 500100732259': ['RU_INN 500100732259'],
    マイナンバーは123456789018です: ['JP_MY_NUMBER 123456789018'],
    'patient_nhs_number=9434765919': ['UK_NHS 9434765919'],
    '{"nhsNumber":"9434765919"}': ['UK_NHS 9434765919'],
    'El NIF 12345678Z': ['ES_NIF 12345678Z'],
  })
})

test('the nearest word decides between types that both fit', () => {
  cases({
    'NIP 5260250274, PESEL 44051401359': ['PL_NIP 5260250274', 'PL_PESEL 44051401359'],
    'Polish tax number 5260250274': ['PL_NIP 5260250274'],
  })
})

test('what stands nearer to a word for something else is left alone', () => {
  cases({
    'SSN follows; order number 294473879': [],
    'order 4111111111111111': [],
    'card for order: 4111111111111111': [],
    'pay order with card 4111111111111111': ['CREDIT_CARD 4111111111111111'],
  })
})

test('parts of longer numbers, decimals, paths and identifiers are none', () => {
  cases({
    '294-47-3879-11': [],
    '0.4111111111111111': [],
    '550e8400-e29b-41d4-a716-446655440000': [],
    '/a/4111111111111111/1': [],
    '123 456 782 123 456 782': [],
  })
})

test('e-mail addresses, and what only looks like one', () => {
  cases({
    'Write to jane.doe+x@mail.example.co.uk.': ['EMAIL jane.doe+x@mail.example.co.uk'],
    'jürgen@müller.example': ['EMAIL jürgen@müller.example'],
    '(a@b.io), <c@d.org>': ['EMAIL a@b.io', 'EMAIL c@d.org'],
    'user@localhost @scope/pkg@1.2.3 git@host %d@%s a@b..c @a.b': [],
  })
})

test('addresses of machines, and what only looks like one', () => {
  cases({
    'at 10.1.2.3:80, 2001:db8::1 and 10.0.0.0/8': ['IP 10.1.2.3', 'IP 2001:db8::1', 'IP 10.0.0.0/8'],
    '::ffff:10.1.2.3': ['IP ::ffff:10.1.2.3'],
    '256.1.1.1 1.2.3 1.2.3.4.5 version 1.2.3.4 12:30:59 std::a a::b': [],
    '00:1b:63:84:45:e6 00-1B-63-84-45-E6 001b.6384.45e6': [
      'MAC 00:1b:63:84:45:e6',
      'MAC 00-1B-63-84-45-E6',
      'MAC 001b.6384.45e6',
    ],
    'ff:ff:ff:ff:ff:ff': [],
  })
  const skip = { skipPrivateIps: true, skipLoopbackIps: true }
  assert.deepEqual(found('10.0.0.1 192.168.1.1 127.0.0.1 ::1 fe80::1 8.8.8.8', skip), ['IP 8.8.8.8'])
})

test('wallets by their checksums', () => {
  cases({
    '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2': ['CRYPTO 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
    '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3': [],
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed': ['CRYPTO 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
    '0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed': [],
    bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4: ['CRYPTO bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
    bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5: [],
  })
})

test('phones with a prefix, in a national form, or behind a word', () => {
  cases({
    'reach +44 20 7946 0018 now': ['PHONE +44 20 7946 0018'],
    '(212) 555-0187': ['PHONE (212) 555-0187'],
    'Tel. 030 1234567': ['PHONE 030 1234567'],
    '06 12 34 56 78': ['PHONE 06 12 34 56 78'],
    '電話 03-1234-5678': ['PHONE 03-1234-5678'],
    '<Buffer 01 02 03 04 05> call on 2024-05-01': [],
    'call id 1234567': [],
  })
  assert.deepEqual(found('07911123456'), [])
  assert.deepEqual(found('07911123456', { phoneRegions: ['GB'] }), ['PHONE 07911123456'])
})

test('documents, plates and dates of birth behind their words', () => {
  cases({
    'passport no. X1234567': ['PASSPORT X1234567'],
    'Führerschein B072RRE2I55': ['DRIVER_LICENCE B072RRE2I55'],
    'Kennzeichen M-AB 1234': ['VEHICLE_PLATE M-AB 1234'],
    'my passport expires 2027-05-01': [],
    'born on 12 May 1985, hired 3 June 2010': ['BIRTH_DATE 12 May 1985'],
    'Geburtsdatum: 01.02.1990': ['BIRTH_DATE 01.02.1990'],
    'geboren am 3. Mai 1980, born May 12, 1985': ['BIRTH_DATE 3. Mai 1980', 'BIRTH_DATE May 12, 1985'],
    'released on 2024-05-01': [],
  })
})

test('names by titles, labels, greetings, signatures and verbs of persons', () => {
  cases({
    'Dear Ms Xhoxha, thanks': ['PERSON Xhoxha'],
    'my name is Zyx Qwop.': ['PERSON Zyx Qwop'],
    'Customer: Anna van der Berg\nRegards,\nBob': ['PERSON Anna van der Berg', 'PERSON Bob'],
    'Tomáš Novák said so. Later Novák left.': ['PERSON Tomáš Novák', 'PERSON Novák'],
    '姓名：王小明，': ['PERSON 王小明'],
    'Use the Adam optimizer on Amazon Web Services in New York.': [],
    'MX Record, MS Word, Claude Code, Visual Studio': [],
  })
})

test('JSON keys say what stands under them', () => {
  assert.deepEqual(found('Qwop', {}, 'first_name'), ['PERSON Qwop'])
  assert.deepEqual(found('12 Long Street', {}, 'billingAddress'), ['ADDRESS 12 Long Street'])
  assert.deepEqual(found('294473879', {}, 'ssn'), ['US_SSN 294473879'])
  assert.deepEqual(found('get_weather', {}, 'name'), [])
  assert.deepEqual(found('294473879', {}, 'count'), [])
})

test('strings of the allow list stay, and nothing under the threshold is told', () => {
  assert.deepEqual(found('8.8.8.8 8.8.4.4 C4 S3 EKS', { allow: ['8.8.8.8'] }), ['IP 8.8.4.4'])
  assert.deepEqual(found('294-47-3879', { minScore: 0.7 }), [])
})
