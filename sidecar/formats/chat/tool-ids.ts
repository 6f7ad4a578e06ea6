import { createHash } from 'node:crypto'
import type { HostQuirks } from '../format.ts'

/** Mistral takes nine letters and digits; the same id always becomes the same nine. */
export function toolId(id: string, quirks: Pick<HostQuirks, 'shortToolIds'>): string {
  if (!quirks.shortToolIds || /^[A-Za-z0-9]{9}$/.test(id)) return id
  return createHash('sha256').update(id).digest('hex').slice(0, 9)
}
