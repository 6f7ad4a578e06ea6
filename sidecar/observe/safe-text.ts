/** Long enough for the frames of a stack, too short for a prompt. */
const charsMax = 2000

/** Keys as the vendors shape them, bearer tokens, and the user part of an address. */
const secrets =
  /\b(?:sk|pk|rk|gsk|xai)-[\w-]{12,}|\bAIza[\w-]{20,}|\bAKIA[A-Z0-9]{16}\b|\beyJ[\w-]{8,}\.[\w.-]+|\bBearer\s+\S+|(?<=:\/\/)[^\s/@]{1,256}@/gi

/**
 * The last net for text on its way out of the process, into a log: by the rules no secret gets here, but a
 * library's message or an address of the configuration may hold one.
 */
export function safeText(text: string): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax)}… (${text.length} characters)` : text
  return cut.replace(secrets, (found) => (found.endsWith('@') ? '[hidden]@' : '[hidden]'))
}
