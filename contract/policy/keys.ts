import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** What stands before the 32 bytes of a key in its usual envelopes (RFC 8410). */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const keyBytes = 32
const signatureBytes = 64

/** From PEM, or from base64 of the 32 bytes; undefined when it is no Ed25519 key. */
export function publicKeyFrom(text: string): KeyObject | undefined {
  return keyFrom(
    text,
    (pem) => createPublicKey(pem),
    (raw) => createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' }),
  )
}

/** From PEM (PKCS 8), or from base64 of the 32 bytes of the seed; undefined when it is no Ed25519 key. */
export function privateKeyFrom(text: string): KeyObject | undefined {
  return keyFrom(
    text,
    (pem) => createPrivateKey(pem),
    (raw) => createPrivateKey({ key: Buffer.concat([privatePrefix, raw]), format: 'der', type: 'pkcs8' }),
  )
}

function keyFrom(
  text: string,
  fromPem: (pem: string) => KeyObject,
  fromRaw: (raw: Buffer) => KeyObject,
): KeyObject | undefined {
  const trimmed = text.trim()
  try {
    const key = trimmed.startsWith('-----') ? fromPem(trimmed) : fromRaw(decoded(trimmed, keyBytes))
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

/** The id covers every byte of the document, so a signature of the id is one of the document. */
export function signId(id: string, key: KeyObject): string {
  return sign(null, Buffer.from(id, 'ascii'), key).toString('base64')
}

export function isSignatureOf(id: string, signature: string, key: KeyObject): boolean {
  try {
    return verify(null, Buffer.from(id, 'ascii'), key, decoded(signature, signatureBytes))
  } catch {
    return false
  }
}

/** Buffer.from skips what is no base64; here that is a fault. */
function decoded(text: string, length: number): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== length || bytes.toString('base64') !== text) throw new RangeError('no base64 of a key')
  return bytes
}
