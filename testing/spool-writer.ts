import { createWriter } from '../ingest/writer.ts'
import { seededRandom } from './random.ts'
import { randomRecord } from './random-record.ts'

/**
 * A process that writes records until it is killed, and says after each group how far they are durable:
 * `node testing/spool-writer.ts <directory> <name>`.
 */
const [directory = '', name = ''] = process.argv.slice(2)
const template = randomRecord(seededRandom(31), 1)
const writer = await createWriter({
  directory,
  boot: `${Date.now()}-0`,
  flushMs: 1,
  queueRowsMax: 100_000,
  warn: () => {},
})
for (let seq = 0; ; ) {
  for (let index = 0; index < 40; index += 1, seq += 1) {
    writer.offer({ ...template, request: { ...template.request, session: name, seq } })
  }
  await writer.flushed()
  process.stdout.write(`${seq}\n`)
}
