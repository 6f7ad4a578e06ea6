import type { Config } from '../contract/config/schema.ts'
import { warehouseToken } from './token.ts'

/** What one may do on the embedded warehouse; on any other, the user of the URL decides. */
export type Role = 'reader' | 'writer' | 'admin'

/** A warehouse as the official client takes it. */
export interface Target {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
}

export const roleUsers: Readonly<Record<Role, string>> = {
  reader: 'default',
  writer: 'writer',
  admin: 'admin',
}

/** Production differs from one machine by the URL alone, so this is the only place that knows the difference. */
export async function targetOf(config: Pick<Config, 'stateDir' | 'warehouse'>, role: Role): Promise<Target> {
  const { url, database, listen } = config.warehouse
  if (url !== 'embedded') return { ...accountOf(url), database }
  const isOpen = role === 'reader' && isLoopback(listen)
  return {
    url: `http://${reachable(listen)}`,
    username: roleUsers[role],
    password: isOpen ? '' : await warehouseToken(config.stateDir),
    database,
  }
}

function accountOf(address: string): Omit<Target, 'database'> {
  const url = new URL(address)
  const username = decodeURIComponent(url.username) || 'default'
  const password = decodeURIComponent(url.password)
  url.username = ''
  url.password = ''
  return { url: url.toString().replace(/\/$/, ''), username, password }
}

/** One listens on every address, but asks at one. */
function reachable(listen: string): string {
  return listen.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')
}

export function isLoopback(listen: string): boolean {
  const host = listen.slice(0, listen.lastIndexOf(':'))
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}
