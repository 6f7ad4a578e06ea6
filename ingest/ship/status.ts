import { join } from 'node:path'
import { errorCode, type Files, writeWhole } from '../files.ts'
import type { ShipperFigures } from './figures.ts'

const fileName = 'shipper.json'

export interface Status {
  readonly figures: ShipperFigures
  readonly atMs: number
}

/** What the shipper says of itself, in a file: the sidecar shows it without asking another process. */
export async function writeStatus(directory: string, status: Status, files: Files): Promise<void> {
  await writeWhole(join(directory, fileName), Buffer.from(JSON.stringify(status)), files)
}

export async function readStatus(directory: string, files: Files): Promise<Status | undefined> {
  try {
    return JSON.parse((await files.readFile(join(directory, fileName))).toString('utf8')) as Status
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}
