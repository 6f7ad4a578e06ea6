import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { inconsistencies, Ledger, type Part } from './ledger.ts'
import { seededRandom } from './random.ts'

const parts: readonly Part[] = ['sidecar', 'warehouse', 'ingest']

export interface Killed {
  readonly acknowledged: number
  readonly rows: number
}

/**
 * Callers ask without pause while each part is killed once a round, at moments of chance. With durability
 * strict a complete answer is an acknowledged record. Afterwards all of those must be there, once.
 */
export async function killRounds(options: {
  rounds: number
  seed: number
  callers: number
}): Promise<Killed> {
  const { rounds, seed, callers } = options
  await using ledger = await Ledger.start('durability: strict')
  const random = seededRandom(seed)
  const acknowledged = new Set<string>()
  let isOver = false
  const caller = async (stream: boolean) => {
    while (!isOver) {
      await ask(ledger, stream, acknowledged).catch(() => {})
      await sleep(5)
    }
  }
  const calling = Array.from({ length: callers }, (_, index) => caller(index % 2 === 0))
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(
      parts.map(async (part) => {
        await sleep(random.int(1500))
        await ledger.kill(part)
        await sleep(random.int(300))
        await ledger.run(part)
      }),
    )
    await sleep(random.int(1000))
  }
  isOver = true
  await Promise.all(calling)
  await ledger.stop('sidecar')
  await ledger.shipped()
  const ids = await ledger.rows<{ request_id: string }>('SELECT request_id FROM requests')
  const there = new Set(ids.map(({ request_id }) => request_id))
  const missing = [...acknowledged].filter((id) => !there.has(id))
  const [figures = {}] = await ledger.rows(inconsistencies)
  const found = Object.entries(figures).filter(([, value]) => Number(value) !== 0)
  assert.deepEqual({ missing, found }, { missing: [], found: [] }, `seed ${seed}`)
  return { acknowledged: acknowledged.size, rows: ids.length }
}

async function ask(ledger: Ledger, stream: boolean, acknowledged: Set<string>): Promise<void> {
  const messages = [{ role: 'user', content: 'hello' }]
  const answer = await ledger.ask({ model: 'demo', stream, messages }, AbortSignal.timeout(10_000))
  await answer.text()
  const id = answer.headers.get('x-sidelight-request-id')
  if (answer.ok && id !== null) acknowledged.add(id)
}
