import { codeOf } from './placeholders.ts'

/**
 * What stands in place of a value that nobody gets back. None of these can be taken for a placeholder: a bracket
 * that holds anything but letters, digits and blanks is none.
 */
export function redacted(type: string): string {
  return `[${type}: redacted]`
}

const shownChars = 4
/** Of less than this the end says too much of the whole. */
const partialCharsMin = 8

export function partial(type: string, value: string): string {
  const said = value.replace(/[^\p{L}\p{N}]/gu, '')
  return said.length < partialCharsMin ? redacted(type) : `[${type}: …${said.slice(-shownChars)}]`
}

export function hashed(key: Buffer, scope: string, find: { type: string; value: string }): string {
  return `[${find.type}: #${codeOf(key, scope, find.value)}]`
}
