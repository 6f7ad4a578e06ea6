/** A text as SQL writes it. Control characters may stand as they are, except that NUL ends texts in C. */
export function stringLiteral(text: string): string {
  const escaped = text.replace(/[\\']/g, (found) => `\\${found}`).replaceAll('\0', '\\0')
  return `'${escaped}'`
}

export function quotedName(name: string): string {
  return `\`${name.replace(/[\\`]/g, (found) => `\\${found}`)}\``
}

/** A name that needs no quotes. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}
