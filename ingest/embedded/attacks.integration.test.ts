import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { tempDir } from '../../testing/temp-dir.ts'
import { startTestWarehouse, type TestWarehouse } from '../../testing/warehouse.ts'

/** What an attacker is after: it stands in a file, in the environment of the process, and in a log of queries. */
const secret = 'k3y-that-nobody-may-see'
let warehouse: TestWarehouse
let folder: Awaited<ReturnType<typeof tempDir>>
let file: string

before(async () => {
  folder = await tempDir()
  file = folder.file('secret.txt')
  await writeFile(file, `${secret}\n`)
  warehouse = await startTestWarehouse()
  const admin = warehouse.client('admin')
  await admin.command({
    query: 'CREATE TABLE things (id UInt32, name String) ENGINE = MergeTree ORDER BY id',
  })
  await admin.command({
    query: 'CREATE TABLE schema_migrations (version UInt32) ENGINE = MergeTree ORDER BY version',
  })
  await admin.command({ query: 'CREATE VIEW readable AS SELECT id FROM things' })
})
after(async () => {
  await warehouse[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

interface Attempt {
  readonly sql: string
  readonly url?: string
  readonly user?: 'default' | 'writer' | 'admin'
}

async function attempt({ sql, url = '', user = 'default' }: Attempt) {
  const response = await fetch(`${warehouse.url}/?${url}`, {
    method: 'POST',
    body: sql,
    headers: user === 'default' ? {} : { 'x-clickhouse-user': user, 'x-clickhouse-key': warehouse.token },
  })
  return {
    status: response.status,
    code: response.headers.get('x-clickhouse-exception-code'),
    body: await response.text(),
  }
}

/** Refused by a rule: not allowed, not one statement, read-only; never merely "it did not work". */
const refusals = ['497', '62', '164', '36', '48', '73', '456', '457']

async function refused(attempts: readonly Attempt[]): Promise<void> {
  const passed: string[] = []
  for (const one of attempts) {
    const { status, code, body } = await attempt(one)
    if (status < 400 || !refusals.includes(String(code)) || body.includes(secret)) {
      passed.push(`${one.sql} ${one.url ?? ''}: ${status} ${code} ${body.slice(0, 200)}`)
    }
  }
  assert.deepEqual(passed, [])
}

const asReader = (statements: readonly string[]) => statements.map((sql) => ({ sql }))

test('a reader gets at no file, by no name and no detour', async () => {
  await refused(
    asReader([
      `SELECT file('${file}')`,
      `SELECT FILE('${file}')`,
      `SELECT \`file\`('${file}')`,
      `SELECT "file"('${file}')`,
      `SELECT file/* */('${file}')`,
      `SELECT file -- ( \n ('${file}')`,
      `SELECT /* SELECT 1 */ length(file('${file}'))`,
      `SELECT (SELECT file('${file}'))`,
      `WITH file('${file}') AS x SELECT x`,
      `WITH x AS (SELECT file('${file}') AS y) SELECT y FROM x`,
      `SELECT arrayMap(p -> file(p), ['${file}'])`,
      `SELECT arrayMap(file, ['${file}'])`,
      `SELECT arrayMap(\`file\`, ['${file}'])`,
      `SELECT * APPLY(file) FROM (SELECT '${file}')`,
      `SELECT * APPLY file FROM (SELECT '${file}')`,
      `SELECT * APPLY(x -> file(x)) FROM (SELECT '${file}')`,
      `SELECT * REPLACE(file('${file}') AS a) FROM (SELECT 1 AS a)`,
      `SELECT COLUMNS('a') APPLY(file) FROM (SELECT '${file}' AS a)`,
      `SELECT 1 WHERE file('${file}') LIKE 'k%'`,
      `SELECT 1 LIMIT length(file('${file}'))`,
      `SELECT number FROM numbers(9) ORDER BY number WITH FILL FROM length(file('${file}'))`,
      `SELECT sum(number) OVER (ORDER BY number ROWS BETWEEN length(file('${file}')) PRECEDING AND CURRENT ROW) FROM numbers(3)`,
      `SELECT 1 AS a ORDER BY a WITH FILL INTERPOLATE (a AS length(file('${file}')))`,
      `SELECT 1 QUALIFY file('${file}') != ''`,
      `SELECT count() FROM numbers(1) AS a JOIN numbers(1) AS b ON file('${file}') != ''`,
      `SELECT * FROM file('${file}', 'LineAsString')`,
      `SELECT * FROM File('${file}', 'LineAsString')`,
      `SELECT * FROM (SELECT * FROM file('${file}', LineAsString))`,
      `SELECT * FROM view(SELECT * FROM file('${file}', LineAsString))`,
      `SELECT * FROM '${file}'`,
      `SELECT * FROM \`${file}\``,
      `SELECT * FROM "${file}"`,
      `SELECT * FROM default.\`${file}\``,
      'SELECT * FROM `../../../../etc/passwd`',
      `SELECT 1 WHERE 'x' IN \`${file}\``,
      `SELECT 1 UNION ALL SELECT length(file('${file}'))`,
      `DESCRIBE TABLE file('${file}')`,
      `DESC (SELECT file('${file}'))`,
      `EXPLAIN SELECT file('${file}')`,
      `EXPLAIN PLAN SELECT * FROM file('${file}', LineAsString)`,
      `SELECT * FROM (EXPLAIN SELECT file('${file}'))`,
      `SHOW TABLES WHERE name = file('${file}')`,
      `SHOW TABLES WHERE throwIf(length(file('${file}')) > 0)`,
      `SHOW COLUMNS FROM things WHERE throwIf(length(file('${file}')) > 0)`,
      `SHOW TABLES LIMIT length(file('${file}'))`,
      "SELECT file('/proc/self/environ')",
      "SELECT * FROM '/proc/self/environ'",
      `SELECT 1 AS \`x\n  Function sum\`, file('${file}')`,
      `SELECT * FROM merge('system', 'processes')`,
      `SELECT * FROM filesystem('${folder.path}')`,
      `SELECT * FROM loop(things)`,
    ]),
  )
})

test('a reader reaches no other machine and no other program', async () => {
  await refused(
    asReader([
      "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)",
      "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'TSV', 'a String')",
      "SELECT * FROM s3Cluster('x', 'http://127.0.0.1:1/bucket/key', 'TSV', 'a String')",
      "SELECT * FROM remote('127.0.0.1:1', system.one)",
      "SELECT * FROM remoteSecure('127.0.0.1:1', system.one)",
      "SELECT * FROM cluster('default', system.one)",
      "SELECT * FROM clusterAllReplicas('default', system.one)",
      "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
      "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
      "SELECT * FROM sqlite('/tmp/x.db', 't')",
      "SELECT * FROM mongodb('127.0.0.1:1', 'a', 'b', 'c', 'd', 'e String')",
      "SELECT * FROM redis('127.0.0.1:1', 'k', 'k String')",
      "SELECT * FROM executable('id', 'TSV', 'a String')",
      "SELECT * FROM hdfs('hdfs://127.0.0.1:1/x', 'TSV', 'a String')",
      "SELECT * FROM azureBlobStorage('x', 'y', 'z')",
      "SELECT * FROM iceberg('http://127.0.0.1:1/x')",
      "SELECT * FROM deltaLakeLocal('/tmp')",
      "SELECT * FROM odbc('DSN=x', 'y', 'z')",
      "SELECT * FROM jdbc('x', 'y', 'z')",
      "SELECT * FROM arrowstream('x')",
      "SELECT * FROM python('x')",
      "SELECT hasColumnInTable('127.0.0.1:1', 'a', 'b', 'system', 'one', 'dummy')",
      "SELECT aiGenerate('x')",
      "SELECT catboostEvaluate('/tmp/x', 1)",
      "SELECT * FROM eval('SELECT 1')",
      "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT 1))",
    ]),
  )
})

test('a reader learns nothing of others and of the machine', async () => {
  await refused(
    asReader([
      'SELECT * FROM system.processes',
      'SELECT * FROM `system`.`processes`',
      'SELECT * FROM SYSTEM.processes',
      'SELECT 1 WHERE 1 IN (system.processes)',
      'SELECT 1 WHERE 1 IN system.processes',
      'SELECT * FROM (SELECT * FROM system.errors)',
      'SELECT * FROM system.named_collections',
      'SELECT * FROM system.mutations',
      'SELECT * FROM system.server_settings',
      'SELECT * FROM system.dictionaries',
      'SELECT * FROM system.backups',
      'SELECT * FROM system.users',
      'SELECT * FROM system.stack_trace',
      'SHOW PROCESSLIST',
      'SHOW GRANTS',
      'SHOW USERS',
      'SHOW ACCESS',
      "SELECT getServerSetting('max_server_memory_usage')",
      "SELECT getMacro('x')",
      'SELECT serverUUID()',
      'SELECT sleep(3)',
      'SELECT sleepEachRow(1) FROM numbers(3)',
      'SELECT showCertificate()',
    ]),
  )
  await refused([
    { sql: 'SELECT * FROM processes', url: 'database=system' },
    { sql: 'SELECT * FROM {t:Identifier}', url: `param_t=${encodeURIComponent(file)}` },
    { sql: 'SELECT * FROM {d:Identifier}.{t:Identifier}', url: 'param_d=system&param_t=processes' },
    { sql: 'SELECT * FROM {t:Identifier}', url: 'param_t=system.processes' },
    { sql: "SELECT arrayMap({f:Identifier}, ['x'])", url: 'param_f=file' },
    { sql: 'SELECT {x:String}', url: `param_x=${encodeURIComponent("a', param_y = 'b")}&param_y'=1` },
    { sql: 'SELECT 1', url: `param_${encodeURIComponent("x='1'; DROP TABLE things; SET param_y")}=1` },
  ])
})

test('a reader writes nothing and changes nothing', async () => {
  const out = join(folder.path, 'out.txt')
  await refused(
    asReader([
      'INSERT INTO things VALUES (1, 2)',
      'INSERT INTO things SELECT 1, 2',
      'WITH x AS (SELECT 1, 2) INSERT INTO things SELECT * FROM x',
      `INSERT INTO FUNCTION file('${out}', 'TSV', 'a UInt8') SELECT 1`,
      `INSERT INTO TABLE FUNCTION url('http://127.0.0.1:1/', TSV, 'a UInt8') VALUES (1)`,
      `SELECT 1 INTO OUTFILE '${out}'`,
      `SELECT 1 INTO OUTFILE '${out}' TRUNCATE FORMAT CSV`,
      `select 1 into/**/outfile '${out}'`,
      `(SELECT 1) INTO OUTFILE '${out}'`,
      'CREATE TABLE x (a UInt8) ENGINE = Memory',
      'CREATE TEMPORARY TABLE x (a UInt8)',
      'CREATE DATABASE x',
      'CREATE FUNCTION f AS x -> file(x)',
      "CREATE TABLE x ENGINE = File(CSV, '/etc/passwd')",
      'CREATE USER x',
      'CREATE NAMED COLLECTION x AS a = 1',
      'DROP TABLE things',
      'TRUNCATE TABLE things',
      'RENAME TABLE things TO other',
      'ALTER TABLE things DELETE WHERE 1',
      'DELETE FROM things WHERE 1',
      'UPDATE things SET id = 1 WHERE 1',
      'OPTIMIZE TABLE things',
      'DETACH TABLE things',
      "ATTACH TABLE x FROM '/tmp' (a UInt8) ENGINE = MergeTree ORDER BY a",
      "BACKUP TABLE things TO File('x')",
      "RESTORE TABLE things FROM File('x')",
      'SYSTEM SHUTDOWN',
      'SYSTEM STOP MERGES',
      'KILL QUERY WHERE 1',
      'KILL MUTATION WHERE 1',
      'SET readonly = 0',
      'USE system',
      'GRANT ALL ON *.* TO default',
      'EXECUTE AS admin SELECT 1',
      'BEGIN TRANSACTION',
      'SELECT 1; DROP TABLE things',
      'SELECT 1;\nDROP TABLE things;',
      'SELECT 1; -- \n DROP TABLE things',
      "SELECT ';'; DROP TABLE things",
      'SELECT /* ; */ 1; DROP TABLE things',
      'SELECT 1 PARALLEL WITH DROP TABLE things',
      'DROP TABLE things PARALLEL WITH SELECT 1',
      'SELECT $$;$$; DROP TABLE things',
      'graph = 1 SELECT 1; DROP TABLE things',
      'EXPLAIN SELECT 1; DROP TABLE things',
      'EXPLAIN AST DROP TABLE things; DROP TABLE things',
      "EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:1', 'a', 'b', 'c', 'd') PARTITION BY x",
      'CHECK TABLE things',
      'SELECT 1\0; DROP TABLE things',
      'SELECT 1 FORMAT Null; DROP TABLE things',
    ]),
  )
  assert.equal(existsSync(out), false)
})

test('a reader lifts no limit and sets no setting of consequence', async () => {
  await refused(
    asReader([
      'SELECT 1 SETTINGS readonly = 0',
      'SELECT * FROM (SELECT 1 SETTINGS readonly = 0)',
      'SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)',
      'SELECT 1 SETTINGS/**/max_memory_usage=0',
      'SELECT 1 settings max_threads = 64 FORMAT JSON',
      'SELECT 1 FORMAT JSON SETTINGS max_threads = 64',
      'DESCRIBE TABLE things SETTINGS max_threads = 64',
      'EXISTS TABLE things SETTINGS readonly = 0',
      'SELECT 1 FORMAT Template',
      'SELECT 1 FORMAT Protobuf',
      'SELECT 1 FORMAT MySQLWire',
    ]),
  )
  const settings = [
    'readonly=0',
    'allow_ddl=1',
    'allow_introspection_functions=1',
    'format_schema=/etc/passwd:x',
    'format_template_resultset=/etc/passwd',
    'log_queries_probability=1',
    'max_query_size=0',
    'allow_experimental_eval_table_function=1',
    'input_format_max_bytes_to_read_for_schema_inference=1',
    'default_table_engine=File',
    'additional_result_filter=file',
    'profile=x',
    'dialect=kusto',
    'session_id=x',
    'role=admin',
    'compress=1',
    'max_threads%3D1%2Creadonly=0',
  ]
  await refused(settings.map((url) => ({ sql: 'SELECT 1', url })))
  const ask = async (url: string, name: string) =>
    Number((await attempt({ sql: `SELECT getSetting('${name}')`, url })).body)
  assert.equal(await ask('max_execution_time=0', 'max_execution_time'), 60)
  assert.equal(await ask('max_execution_time=3600', 'max_execution_time'), 60)
  assert.equal(await ask('max_execution_time=-1', 'max_execution_time'), 60)
  assert.equal(await ask('max_execution_time=5', 'max_execution_time'), 5)
  assert.equal(await ask('max_execution_time=5&max_execution_time=500', 'max_execution_time'), 60)
  assert.equal(await ask('max_result_rows=0', 'max_result_rows'), 10_000_000)
  assert.equal(await ask('max_memory_usage=0', 'max_memory_usage'), 2 ** 30)
  assert.equal(await ask('readonly=2', 'readonly'), 1)
})

test('the writer writes rows of the ledger and nothing else', async () => {
  const out = join(folder.path, 'written.txt')
  await refused(
    [
      'INSERT INTO schema_migrations VALUES (1)',
      'INSERT INTO `schema_migrations` VALUES (1)',
      'INSERT INTO default.things VALUES (1, 2)',
      'INSERT INTO system.one VALUES (1)',
      `INSERT INTO things FROM INFILE '${file}' FORMAT LineAsString`,
      `INSERT INTO FUNCTION file('${out}', 'TSV', 'a UInt8') VALUES (1)`,
      `INSERT INTO TABLE FUNCTION file('${out}', 'TSV', 'a UInt8') SELECT 1`,
      `INSERT INTO things SELECT 1, file('${file}')`,
      `INSERT INTO things SELECT 1, * FROM '${file}'`,
      'INSERT INTO things SETTINGS async_insert = 1 VALUES (1, 2)',
      'INSERT INTO things SELECT 1, 2; DROP TABLE things',
      'INSERT INTO things FORMAT Template\nx',
      'DROP TABLE things',
      'CREATE TABLE x (a UInt8) ENGINE = Memory',
      'ALTER TABLE things DELETE WHERE 1',
      "BACKUP TABLE things TO File('x')",
      `SELECT file('${file}')`,
    ].map((sql) => ({ sql, user: 'writer' as const })),
  )
  assert.equal(existsSync(out), false)
  const rows = '{"id":1,"name":"a"}\n\nDROP TABLE things\n'
  const { status } = await attempt({ sql: `INSERT INTO things FORMAT JSONEachRow\n${rows}`, user: 'writer' })
  assert.equal(status, 400)
})

test('even the admin reaches no file, no machine and no program', async () => {
  await refused(
    [
      `CREATE TABLE x (a String) ENGINE = File(LineAsString, '${file}')`,
      "CREATE TABLE x (a String) ENGINE = URL('http://127.0.0.1:1/', LineAsString)",
      "CREATE TABLE x (a String) ENGINE = S3('http://127.0.0.1:1/b/k', 'TSV')",
      "CREATE TABLE x (a String) ENGINE = MySQL('127.0.0.1:1', 'a', 'b', 'c', 'd')",
      "CREATE TABLE x (a String) ENGINE = Executable('id', 'TSV')",
      "CREATE TABLE x (a String) ENGINE = Distributed('default', 'system', 'one')",
      "CREATE TABLE x AS remote('127.0.0.1:1', system.one)",
      `CREATE TABLE x (a String DEFAULT file('${file}')) ENGINE = Memory`,
      `CREATE TABLE x ENGINE = Memory AS SELECT file('${file}')`,
      `CREATE VIEW x AS SELECT * FROM '${file}'`,
      `CREATE MATERIALIZED VIEW x TO things AS SELECT 1 AS id, file('${file}') AS name FROM things`,
      `CREATE DATABASE x ENGINE = Filesystem('${folder.path}')`,
      "CREATE TABLE x (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local', path = '/tmp/')",
      `CREATE DICTIONARY x (a UInt64) PRIMARY KEY a SOURCE(FILE(path '${file}' format 'TSV')) LAYOUT(FLAT()) LIFETIME(0)`,
      "CREATE DICTIONARY x (a UInt64) PRIMARY KEY a SOURCE(CLICKHOUSE(HOST '127.0.0.1' PORT 1 TABLE 't')) LAYOUT(FLAT()) LIFETIME(0)",
      `CREATE DICTIONARY x (a UInt64, b String) PRIMARY KEY a SOURCE(CLICKHOUSE(QUERY 'SELECT 1, file(\\'${file}\\')')) LAYOUT(FLAT()) LIFETIME(0)`,
      "CREATE DICTIONARY x (a UInt64, b String) PRIMARY KEY a SOURCE(EXECUTABLE(COMMAND 'id' FORMAT 'TSV')) LAYOUT(FLAT()) LIFETIME(0)",
      'CREATE FUNCTION f AS x -> x',
      'CREATE USER x',
      'SYSTEM SHUTDOWN',
      'SYSTEM KILL',
      "BACKUP TABLE things TO S3('http://127.0.0.1:1/b/k')",
      "BACKUP TABLE things TO File('../escaped')",
      "ATTACH TABLE x FROM '/tmp' (a UInt8) ENGINE = MergeTree ORDER BY a",
      `SELECT file('${file}')`,
      "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)",
      'SELECT 1; SELECT 2',
      'SET max_threads = 1',
    ].map((sql) => ({ sql, user: 'admin' as const })),
  )
})

test('what dashboards and people ask is answered', async () => {
  const asked = [
    'SELECT 1',
    'SELECT 1;',
    '  -- a comment\nSELECT 1 /* another */ ;',
    'SELECT count(*), sum(id), uniqExact(name), quantile(0.95)(id), sumIf(id, id > 1), argMaxOrNull(id, name) FROM things',
    "SELECT toStartOfInterval(now64(3), INTERVAL 5 MINUTE) AS t, formatDateTime(now(), '%F') AS f",
    'SELECT name FROM system.tables WHERE database = currentDatabase()',
    "SELECT name, type FROM system.columns WHERE table = 'things'",
    "SELECT * FROM information_schema.tables WHERE table_schema = 'sidelight'",
    'SELECT name, value FROM system.settings LIMIT 1',
    'SELECT version(), timezone(), hostName(), uptime()',
    'WITH x AS (SELECT id FROM things) SELECT * FROM x WHERE id IN (SELECT id FROM things)',
    'WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < 3) SELECT sum(n) FROM x',
    'SELECT id, row_number() OVER (PARTITION BY name ORDER BY id), lagInFrame(id) OVER () FROM things',
    "SELECT arrayMap((x, i) -> x * i, [1, 2], [3, 4]), arrayFilter(x -> x > 1, [1, 2]), map('a', 1)['a']",
    "SELECT CAST('1' AS UInt8), '1'::UInt8, CASE WHEN 1 THEN 2 ELSE 3 END, if(1, 2, 3), 5 BETWEEN 1 AND 9",
    'SELECT * FROM numbers(3) UNION DISTINCT SELECT * FROM generateSeries(1, 3)',
    "SELECT * FROM values('a UInt8, b String', (1, 'x'))",
    'SELECT * FROM readable',
    'SELECT * EXCEPT (name) FROM things',
    'SELECT t.id FROM things AS t LEFT JOIN (SELECT id FROM things) AS u USING (id) FINAL'.replace(
      ' FINAL',
      '',
    ),
    "SELECT ';', 'it''s', 'DROP TABLE things', 'SETTINGS x = 1', 'file(1)'",
    'SELECT id AS `a name with spaces`, name AS "другой" FROM things',
    'SELECT grouping(id), count() FROM things GROUP BY GROUPING SETS ((id), ())',
    'SELECT id FROM things ORDER BY id WITH FILL LIMIT 1 BY id LIMIT 5 OFFSET 0',
    'SELECT id FROM things ARRAY JOIN [1, 2] AS k PREWHERE id > 0 WHERE k > 1'.replace(
      'ARRAY JOIN [1, 2] AS k PREWHERE id > 0',
      'ARRAY JOIN [1, 2] AS k',
    ),
    'SHOW TABLES',
    "SHOW TABLES FROM sidelight LIKE 'th%'",
    'SHOW DATABASES',
    'SHOW CREATE TABLE things',
    'SHOW COLUMNS FROM things',
    "SHOW SETTINGS LIKE 'max_threads'",
    'DESCRIBE things',
    'DESCRIBE TABLE things FORMAT JSON',
    'EXISTS TABLE things',
    'EXPLAIN SELECT * FROM things',
    'EXPLAIN indexes = 1 SELECT * FROM things',
    'EXPLAIN AST SELECT 1',
    'EXPLAIN SYNTAX SELECT 1',
    'SELECT 1 FORMAT JSON',
    'SELECT 1 FORMAT Null',
    'FROM things SELECT id',
    '(SELECT 1) UNION ALL (SELECT 2)',
    'SELECT EXISTS(SELECT 1), 1 = ANY(SELECT 1), (1, 2).1, [1, 2][1], -1, NOT 1, NULL IS NULL',
    "SELECT JSONExtractString('{\"a\": \"b\"}', 'a'), extractURLParameter('http://x/?a=1', 'a')",
  ]
  const wrong: string[] = []
  for (const sql of asked) {
    const { status, body } = await attempt({ sql })
    if (status !== 200) wrong.push(`${sql}: ${status} ${body.slice(0, 300)}`)
  }
  assert.deepEqual(wrong, [])
})

test('after all of this everything is where it was', async () => {
  const { body } = await attempt({ sql: 'SHOW TABLES' })
  assert.equal(body, 'readable\nschema_migrations\nthings\n')
  assert.deepEqual(await readdir(join(warehouse.stateDir, 'warehouse', 'sidelight-tmp')), [])
  assert.equal(warehouse.process.stderr.includes(secret), false)
  assert.doesNotMatch(warehouse.process.stderr, /DROP TABLE|passwd/)
})
