import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')
const meta = JSON.stringify({
  models: ['strong', 'small:8b'],
  price: [
    [10, 30],
    [0.5, 0.5],
  ],
})
const lines = Array.from({ length: 600 }, (_, index) =>
  JSON.stringify({
    id: `${index}`,
    cat: index % 2 === 0 ? 'law' : 'art',
    in: 100,
    q: [Number(index % 10 !== 0), Number(index % 9 !== 0)],
    out: [50, 60],
  }),
)

async function files(folder: { file(name: string): string }) {
  const [table, metaFile] = [folder.file('table.jsonl.gz'), folder.file('meta.json')]
  await writeFile(table, gzipSync(lines.join('\n')))
  await writeFile(metaFile, meta)
  return { table, metaFile }
}

async function simulated(args: readonly string[]) {
  await using run = spawnProcess([nodeCommand, main, 'evals', ...args], { cwd: import.meta.dirname })
  const { code } = await run.exit
  return { code, stdout: run.stdout, stderr: run.stderr }
}

test('simulate prints a line for each day, the same for the same seed', async () => {
  await using folder = await tempDir()
  const { table, metaFile } = await files(folder)
  const args = [
    'simulate',
    '--table',
    table,
    '--meta',
    metaFile,
    '--candidates',
    'strong,small:8b',
    '--baseline',
    'strong',
    '--max-loss',
    '0.05',
    '--days',
    '6',
    '--requests',
    '2000',
    '--seed',
    '7',
    '--golden',
    '300',
    '--drift',
    '5:small:8b:-20',
  ]
  const [one, again] = await Promise.all([simulated(args), simulated(args)])
  assert.deepEqual([one.code, one.stderr], [0, ''])
  assert.equal(one.stdout, again.stdout)
  const days = one.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    days.map(({ day }) => day),
    [0, 1, 2, 3, 4, 5],
  )
  for (const { weights, cost_share: cost, quality_loss: loss } of days) {
    assert.deepEqual(Object.keys(weights), ['art', 'law'])
    assert.deepEqual(Object.keys(weights.law), ['small:8b', 'strong'])
    assert.ok(cost > 0 && cost <= 1 && Math.abs(loss) < 0.2)
  }
  assert.ok(days.at(-1).cost_share < days[0].cost_share)
})

test('what is wrong is said with its place, and nothing is printed', async () => {
  await using folder = await tempDir()
  const { table, metaFile } = await files(folder)
  const bad = folder.file('bad.jsonl')
  await writeFile(bad, `${lines[0]}\n{"cat":"law","in":1,"q":[1,2],"out":[1,1]}\n`)
  const cases: readonly [readonly string[], number, RegExp][] = [
    [['--table', bad, '--meta', metaFile], 1, /bad\.jsonl:2: `q` is no list of 2 numbers from 0 to 1/],
    [['--table', folder.file('none'), '--meta', metaFile], 1, /none cannot be read: ENOENT/],
    [['--table', table, '--meta', table], 1, /is not JSON/],
    [
      ['--table', table, '--meta', metaFile, '--candidates', 'strong,nobody'],
      1,
      /"nobody": it has strong, small:8b/,
    ],
    [['--table', table, '--meta', metaFile, '--baseline', 'nobody'], 2, /--baseline names "nobody"/],
    [['--table', table, '--meta', metaFile, '--max-loss', '5'], 2, /--max-loss is a share/],
    [['--table', table, '--meta', metaFile, '--days', '0'], 2, /--days is a whole number from 1/],
    [['--table', table, '--meta', metaFile, '--drift', 'x'], 2, /--drift is day:candidate:points/],
    [['--table', table], 2, /--table FILE and --meta FILE/],
  ]
  const runs = await Promise.all(cases.map(([args]) => simulated(['simulate', ...args])))
  for (const [index, { code, stdout, stderr }] of runs.entries()) {
    const [args, expected, message] = cases[index]!
    assert.deepEqual([code, stdout], [expected, ''], args.join(' '))
    assert.match(stderr, message)
  }
})

test('help says what there is; anything else is a mistake', async () => {
  const [help, none, unknown] = await Promise.all([simulated(['--help']), simulated([]), simulated(['rum'])])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /Usage: sidelight evals simulate/)
  assert.match(help.stdout, /watch[\s\S]*status[\s\S]*replay[\s\S]*import/)
  assert.deepEqual([none.code, unknown.code], [2, 2])
})
