import { idRules } from '../sidecar/masking/detectors/ids/all.ts'
import type { IdClass } from '../sidecar/masking/detectors/ids/rule.ts'
import { types } from '../sidecar/masking/detectors/registry.ts'

const classWords: Readonly<Record<IdClass, string>> = {
  strong: 'by its shape alone',
  formatted: 'by its usual separators or letters; digits alone with a word',
  context: 'with a word that names it',
}

/** What is no numbered id, and how it is found. */
const otherWords: Readonly<Record<string, string>> = {
  EMAIL: classWords.strong,
  IBAN: classWords.strong,
  CRYPTO: classWords.strong,
  IP: classWords.strong,
  MAC: classWords.strong,
  PHONE: 'with a country code, in a national form, or behind a word',
  PERSON: 'by titles, labels, greetings, verbs, common given names, JSON keys, dictionaries',
  ADDRESS: 'by JSON keys, or by a recogniser',
  BIRTH_DATE: 'a date near a word for birth; JSON keys',
  SECRET: 'by the marks of issuers, by assignments, in addresses and commands',
  TERM: 'by dictionaries',
}

const foundBy = (type: string): string => {
  const rule = idRules.find((each) => each.type === type)
  return (
    otherWords[type] ?? (rule === undefined ? 'right behind a word that names it' : classWords[rule.class])
  )
}

/** The reference page of types, from the registry and the rules. */
export function maskingTypesPage(): string {
  const rows = types.map(
    ({ type, meaning, aliases = [] }) =>
      `| \`${type}\` | ${meaning} | ${foundBy(type)} | ${aliases.map((alias) => `\`${alias}\``).join(', ')} |`,
  )
  return [
    '# Types that masking finds',
    '',
    '<!-- Generated from the registry of detectors by npm run schema; change it there. -->',
    '',
    'Names as configuration and records use them; the other names are accepted in configuration. How sure each way of',
    'finding is, and what is not found, is in [the guide](../guide/masking-detection.md).',
    '',
    '| type | what it is | found | other names |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
