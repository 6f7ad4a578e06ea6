import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { QueryError } from './problem.ts'

export type UserRole = 'reader' | 'writer' | 'admin'

export interface User {
  readonly name: string
  readonly role: UserRole
  /** Sent the token: then it is no web page that was led here. */
  readonly hasToken: boolean
}

const roles: Readonly<Record<string, UserRole>> = { default: 'reader', writer: 'writer', admin: 'admin' }

/** Who asks, by whichever of the ways of ClickHouse; without a name it is `default`. */
export function authenticate(
  req: IncomingMessage,
  parameters: URLSearchParams,
  access: { readonly token: string; readonly isLoopback: boolean },
): User {
  const { name, password } = credentials(req, parameters)
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined
  const hasToken = isSame(password, access.token)
  const isOpen = role === 'reader' && access.isLoopback && password === ''
  if (role === undefined || !(hasToken || isOpen)) {
    throw QueryError.of(
      'AUTHENTICATION_FAILED',
      `${role === undefined ? 'There is no user of this name' : `${name}: the password is wrong or missing`}; users are default, writer and admin, the password is the token in the state directory`,
    )
  }
  return { name, role, hasToken }
}

function credentials(req: IncomingMessage, parameters: URLSearchParams): { name: string; password: string } {
  const found = [fromHeaders(req), fromBasic(req), fromParameters(parameters)].filter(
    (one) => one !== undefined,
  )
  if (found.length > 1) {
    throw QueryError.of('AUTHENTICATION_FAILED', 'Credentials came in more than one way: send them once')
  }
  const [one] = found
  return { name: one?.name || 'default', password: one?.password ?? '' }
}

interface Credentials {
  readonly name: string
  readonly password: string
}

function fromHeaders({ headers }: IncomingMessage): Credentials | undefined {
  const name = headers['x-clickhouse-user']
  const key = headers['x-clickhouse-key']
  if (name === undefined && key === undefined) return undefined
  return { name: String(name ?? ''), password: String(key ?? '') }
}

function fromBasic({ headers }: IncomingMessage): Credentials | undefined {
  const { authorization } = headers
  if (authorization === undefined) return undefined
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) throw QueryError.of('AUTHENTICATION_FAILED', 'Only Basic authorization is known')
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0
    ? { name: text, password: '' }
    : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function fromParameters(parameters: URLSearchParams): Credentials | undefined {
  const name = parameters.get('user')
  const password = parameters.get('password')
  return name === null && password === null ? undefined : { name: name ?? '', password: password ?? '' }
}

/** Hashed first, so that neither content nor length of the token shows in the time it takes. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
