import type { Random } from './random.ts'

const words =
  'the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years much where your way down should because long each just those people how too little state good very make world still see own work men day get here old life both between being under three never know same last another while us might great go come since against right came take used himself few house use place during high without again home around small however found thought went say part once general upon school every'.split(
    ' ',
  )

function filled(length: number, line: () => string): string {
  const lines: string[] = []
  for (let size = 0; size < length; size += lines.at(-1)?.length ?? 1) lines.push(line())
  // Joined, so that the engine is not measured unfolding a chain of pieces.
  return lines.join('')
}

export function prose(random: Random, length: number): string {
  return filled(length, () => {
    const sentence = Array.from({ length: 8 + random.int(14) }, () => random.pick(words)).join(' ')
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${random.chance(0.2) ? ` ${random.int(2000)}` : ''}. `
  })
}

export function logLines(random: Random, length: number): string {
  const two = (least: number, more: number) => least + random.int(more)
  return filled(
    length,
    () =>
      `2026-05-${two(10, 18)}T12:${two(10, 49)}:${two(10, 49)}.${two(100, 899)}Z 10.0.${random.int(255)}.${random.int(255)} GET /api/v1/items/${random.int(1e9)} 200 ${random.int(1e6)} ${random.int(1e4)} trace=${random.int(1e15)}\n`,
  )
}

export function densePersonalData(random: Random, length: number): string {
  return filled(
    length,
    () =>
      `Customer ${random.pick(['John Smith', 'Jana Novak', 'Maria Garcia'])}, e-mail user${random.int(1e6)}@example.com, phone +49 30 ${1_000_000 + random.int(8_999_999)}, SSN ${100 + random.int(500)}-${10 + random.int(80)}-${1000 + random.int(8000)}, card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00, from 192.168.${random.int(255)}.${random.int(255)}; the order was shipped and the customer is happy with the service and the people who helped.\n`,
  )
}

const repeated = (part: string) => (length: number) => part.repeat(Math.ceil(length / part.length))

/** Texts on which a careless pattern takes more than linear time. */
export const hostile: Readonly<Record<string, (length: number) => string>> = {
  ...Object.fromEntries(
    [
      '7',
      '12 ',
      '1-',
      'a.',
      'a@',
      'a@a.a.',
      ':',
      'a:',
      '0:',
      '::1 ',
      'http://',
      'password:',
      'eyJ',
      'sk-',
      'sk-proj-',
      'ABCD ',
      'AB12 ',
      'a://b:',
      'curl -u a:',
      'token="',
      '1.1.1.',
      '/1',
      'GB82 ',
      'SSN 123456788 ',
      'John ',
      'Mr ',
      'A de ',
      'é',
      '身份证1',
      '+1 212 ',
      'phone 12345678 ',
      '(',
      'authorization: bearer ',
      'born 1.',
      '\n',
      ' ',
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed ',
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 ',
      'eyJ0eXAiOiJKV1Qi.eyJ',
    ].map((part) => [part, repeated(part)]),
  ),
  'one long local part': (length) => `${'a'.repeat(length)}@`,
  'private keys without an end': repeated(`-----BEGIN ${'PRIVATE'} KEY-----\n`),
}
