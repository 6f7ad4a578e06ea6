/** Shorter ones may be words, keys or secrets, and are looked at. */
const base64CharsMin = 4096
const sampleChars = 256

/** A file or a picture rather than anything a detector could read: not one blank from end to end. */
export function looksBase64Text(text: string, charsMin = base64CharsMin): boolean {
  if (text.length < charsMin) return false
  return isBase64(text.slice(0, sampleChars)) && isBase64(text)
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_=\r\n-]+$/.test(text)
}
