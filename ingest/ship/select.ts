import { join } from 'node:path'
import { errorCode, type Files } from '../files.ts'
import { sealedEnding } from '../segment-name.ts'

const batchSegmentsMax = 500

/** Names without ending, oldest first. */
export async function sealedSegments(directory: string, files: Files): Promise<string[]> {
  return (await files.readdir(directory))
    .filter((name) => name.endsWith(sealedEnding))
    .map((name) => name.slice(0, -sealedEnding.length))
    .sort()
}

/** Takes the next batch off the front of the list. */
export async function takeBatch(
  names: string[],
  from: { directory: string; files: Files; bytesMax: number },
): Promise<string[]> {
  const { directory, files, bytesMax } = from
  const batch: string[] = []
  let bytes = 0
  while (batch.length < batchSegmentsMax) {
    const [name] = names
    if (name === undefined) break
    const size = await sizeOf(join(directory, name + sealedEnding), files)
    if (batch.length > 0 && bytes + size > bytesMax) break
    names.shift()
    if (size === 0) continue
    batch.push(name)
    bytes += size
  }
  return batch
}

/** 0 for one that is gone; a sealed segment is never empty. */
async function sizeOf(path: string, files: Files): Promise<number> {
  try {
    return (await files.stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0
    throw error
  }
}
