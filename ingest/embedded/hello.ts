import type { Engine } from './engine.ts'
import type { Input } from './input.ts'
import { tokensOf } from './lexer.ts'
import type { Question } from './question.ts'

/**
 * The first question of clickhouse-go, and so of Grafana's datasource, on each connection over HTTP. It reads
 * the answer in the framing of the native protocol's revision 54460, whatever `FORMAT Native` is to the engine,
 * and everything after it in the framing of the revision it was told. Told revision 0, it reads plain blocks.
 */
const hello = 'select displayname ( ) , version ( ) , revision ( ) , timezone ( )'

export function isHello(question: Question, input: Input): boolean {
  if (question.protocolVersion === undefined || question.format !== 'Native') return false
  if (input.statement.format !== undefined || input.sql.length > 200) return false
  const words = [...tokensOf(input.sql)].map(({ text }) => text.toLowerCase()).filter((text) => text !== ';')
  return words.join(' ') === hello
}

/** The name of the server, the version of the engine, revision 0, and the time zone of all columns. */
export async function helloBlock(engine: Engine): Promise<Buffer> {
  const session = engine.open()
  try {
    const { bytes } = await session.run('SELECT version()')
    return block([
      ['displayName()', 'String', text('sidelight')],
      ['version()', 'String', text(bytes.toString('utf8').trim())],
      ['revision()', 'UInt32', Buffer.alloc(4)],
      ['timezone()', 'String', text('UTC')],
    ])
  } finally {
    await session.close()
  }
}

/** One row. Field 1 of the block info is "not overflown", field 2 "no bucket", 0 ends it. */
export function block(columns: readonly (readonly [name: string, type: string, value: Buffer])[]): Buffer {
  const info = Buffer.from([0x01, 0x00, 0x02, 0xff, 0xff, 0xff, 0xff, 0x00])
  const parts = columns.flatMap(([name, type, value]) => [
    text(name),
    text(type),
    // Of revision 54454 and later: no serialization of its own.
    Buffer.from([0x00]),
    value,
  ])
  return Buffer.concat([info, length(columns.length), length(1), ...parts])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([length(bytes.length), bytes])
}

/** Seven bits a byte, the lowest first. */
function length(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return Buffer.from([...bytes, rest])
}
