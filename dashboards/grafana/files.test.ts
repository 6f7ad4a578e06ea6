import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { type BoardFile, lintRules } from '../../testing/dashboards/lint.ts'
import { rules } from '../alerts/all.ts'
import { boards, panels } from '../catalog/catalog.ts'
import { boardUids } from '../catalog/panel.ts'
import { parametersOf, params } from '../dialects/params.ts'
import { provisioningFiles } from './files.ts'
import { panelIds } from './panel-ids.ts'

const files = provisioningFiles()
const boardFile = (uid: string) => JSON.parse(files.get(`dashboards/boards/${uid}.json`) ?? '') as BoardFile
const provisioning = join(import.meta.dirname, '..', 'provisioning')

test('files that are checked in are those that the catalog gives, byte for byte, twice', () => {
  const again = provisioningFiles()
  for (const [path, text] of files) {
    assert.equal(again.get(path), text)
    assert.equal(
      readFileSync(join(provisioning, path), 'utf8'),
      text,
      `${path}: run \`sidelight dashboards\``,
    )
  }
})

for (const [rule, check] of Object.entries(lintRules))
  test(rule, () => {
    const found = boardUids.flatMap((uid) =>
      check(boardFile(uid), boardUids).map((what) => `${uid}: ${what}`),
    )
    assert.deepEqual(found, [])
  })

/** One fault for each rule, in their order. */
const faults: readonly ((board: BoardFile) => void)[] = [
  (board) => Object.assign(board.panels[1] ?? {}, { datasource: { type: 'x', uid: 'sidelight-clickhouse' } }),
  (board) => delete board.panels[1]?.description,
  (board) =>
    Object.assign(board.panels.find(({ type }) => type === 'timeseries')?.options?.legend ?? {}, {
      showLegend: false,
    }),
  (board) => Object.assign(board.links[0] ?? {}, { placement: 'inControlsMenu' }),
  (board) => Object.assign(board.panels[1] ?? {}, { id: board.panels[2]?.id }),
  (board) => Object.assign(board.panels[2]?.gridPos ?? {}, board.panels[1]?.gridPos),
  (board) => Object.assign(board.templating.list[1] ?? {}, { refresh: 1 }),
  (board) => delete board.templating.list[1]?.['current'],
  (board) => Object.assign(board, { editable: true }),
  (board) => Object.assign(board, { schemaVersion: 36 }),
  (board) => Object.assign(targetOf(board), { rawSql: 'SELECT 1 WHERE app IN ($app)' }),
  (board) => Object.assign(targetOf(board), { rawSql: 'SELECT 1 WHERE app IN (${app:singlequote})' }),
  (board) => delete targetOf(board).rawSql,
  (board) =>
    Object.assign(targetOf(board, 'timeseries'), {
      rawSql: 'SELECT count() AS n, ts AS time FROM x GROUP BY time',
    }),
  (board) => Object.assign(targetOf(board), { rawSql: "SELECT '${nobody:queryparam}'" }),
  (board) =>
    Object.assign(board.panels[1] ?? {}, {
      links: [{ url: '/d/sidelight-gone?${__url_time_range}&var-app=1' }],
    }),
]

const targetOf = (board: BoardFile, type = 'stat') =>
  board.panels.find((panel) => panel.type === type)?.targets?.[0] ?? { format: 0, refId: '' }

test('each rule finds its fault', () => {
  assert.equal(faults.length, Object.keys(lintRules).length)
  Object.entries(lintRules).forEach(([rule, check], at) => {
    const board = boardFile('sidelight-overview')
    assert.deepEqual(check(board, boardUids), [])
    faults[at]?.(board)
    assert.notDeepEqual(check(board, boardUids), [], rule)
  })
})

test('every panel has a number of its own, and no number is without a panel', () => {
  assert.deepEqual(Object.keys(panelIds).sort(), panels.map(({ id }) => id).sort())
  assert.equal(new Set(Object.values(panelIds)).size, panels.length)
  assert.deepEqual(
    boards.map(({ uid }) => uid),
    boardUids,
  )
})

test('a panel listens to what it says it listens to', () => {
  for (const panel of panels) {
    const read = [...parametersOf(panel.sql(params)).keys()].filter(
      (name) => !['from', 'to', 'step'].includes(name) && !name.endsWith('_not'),
    )
    assert.deepEqual(new Set(read), new Set(panel.filters), panel.id)
    assert.ok(panel.answers.length > 0 && panel.description.endsWith('.'), panel.id)
  }
})

test('what is cut off has an order without ties, and every join may run on a cluster', () => {
  for (const panel of panels) {
    const sql = panel.sql(params)
    assert.ok(
      !/LIMIT \d/.test(sql) || /ORDER BY [^()]*,[^()]*LIMIT/.test(sql) || /ORDER BY .*,.* LIMIT/.test(sql),
      panel.id,
    )
    assert.doesNotMatch(
      sql.replaceAll(/GLOBAL (ANY )?(INNER|LEFT) JOIN|CROSS JOIN|ARRAY JOIN|GLOBAL IN/g, ''),
      /\bJOIN\b|\bIN \(SELECT/,
      panel.id,
    )
  }
})

test('questions that must be answered are', () => {
  const answered = new Set(panels.flatMap(({ answers }) => answers))
  for (const question of mustAnswer) assert.ok(answered.has(question), question)
})

const mustAnswer = [
  'Is it healthy?',
  'What does it cost?',
  'Which feature burns the budget?',
  'Which app burns the budget?',
  'Which model is the most expensive?',
  'What does each app cost?',
  'What does each endpoint cost?',
  'What does each team cost?',
  'What does each customer cost?',
  'Will we overrun the budget?',
  'Why did spend jump?',
  'Which accounts spend most?',
  'Who grows?',
  'What does one account do, pay and suffer?',
  'Is a provider down?',
  'Is a provider throttling?',
  'Which route times out?',
  'Did failover work?',
  'Is the promise kept?',
  'Who adds delay?',
  'Where does traffic go?',
  'Why did the weights change?',
  'Did routing changes pay off?',
  'Is quality holding?',
  'Does the cache save money?',
  'Are answers from the cache wrong?',
  'What was masked?',
  'What was blocked?',
  'Who changed a policy?',
  'Can the numbers be trusted?',
  'Are records missing?',
  'Which requests are behind a number?',
  'What is the success rate?',
  'How many tokens are used, and at what price?',
  'How is each model used?',
  'Which prompts are expensive?',
  'Did quality hold after a switch?',
]

test('alerts: no dollar sign, a panel to look at, one data source for all', () => {
  const source = parse(files.get('datasources/sidelight.yaml') ?? '').datasources[0]
  const provider = parse(files.get('dashboards/sidelight.yaml') ?? '').providers[0]
  const groups: {
    folder: string
    rules: {
      uid: string
      condition: string
      data: { refId: string; datasourceUid: string }[]
      annotations: Record<string, string>
    }[]
  }[] = parse(files.get('alerting/sidelight.yaml') ?? '').groups
  const written = groups.flatMap((group) => group.rules)
  assert.equal(files.get('alerting/sidelight.yaml')?.includes('$'), false)
  assert.deepEqual(written.map(({ uid }) => uid).sort(), rules.map(({ uid }) => uid).sort())
  assert.equal(new Set(written.map(({ uid }) => uid)).size, 14)
  for (const { folder } of groups) assert.equal(folder, provider.folder)
  for (const { uid, condition, data, annotations } of written) {
    assert.ok(uid.length <= 40 && data.some(({ refId }) => refId === condition), uid)
    assert.equal(data[0]?.datasourceUid, source.uid)
    const board = boardFile(annotations['__dashboardUid__'] ?? '')
    assert.ok(
      board.panels.some(({ id }) => String(id) === annotations['__panelId__']),
      uid,
    )
  }
})
