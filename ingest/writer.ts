import { nodeFiles, prepareDirectory } from './files.ts'
import { GroupWriter } from './group-writer.ts'
import type { PayloadWriter, Writer, WriterOptions } from './writer-options.ts'

export type { PayloadWriter, Writer, WriterCounts, WriterOptions } from './writer-options.ts'

/** Takes records without ever making a request wait; writes them in groups, so that one sync serves many. */
export function createWriter(options: WriterOptions): Promise<Writer> {
  return started(options)
}

/** The same for what others have encoded. */
export function createPayloadWriter(options: WriterOptions): Promise<PayloadWriter> {
  return started(options)
}

async function started(options: WriterOptions): Promise<GroupWriter> {
  await prepareDirectory(options.directory, options.files ?? nodeFiles)
  const writer = new GroupWriter(options)
  await writer.start()
  return writer
}
