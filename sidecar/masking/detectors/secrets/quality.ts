/** What tells a real secret from a stand-in for one. */

/** Shannon entropy in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

const standIns =
  /example|your[_-]|placeholder|x{4}|\*{3}|#{3}|\.{3}$|…$|\$\{|\{\{|process\.env|os\.environ|getenv|<[a-z]|redacted|changeme|change[_-]me|dummy|fake|insert[_-]|todo|randomstring|_here\b|put_your|my[_-]?(?:token|secret|password|key)/i
/** Digits or letters in order are typed, not drawn. */
const rows = /0123456|1234567|abcdefg|0{8}/i

export const isStandIn = (text: string): boolean => standIns.test(text)
export const isTyped = (text: string): boolean => rows.test(text)

/** `key…`, `key...`, `key####`: shortened on purpose. */
export const isCutShort = (text: string, end: number): boolean =>
  /^(?:\.{3}|…|[#*]{2})/.test(text.slice(end, end + 3))
