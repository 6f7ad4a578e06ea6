import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { HostQuirks } from '../../sidecar/formats/format.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { loadConfig, parseConfig } from './load.ts'
import { ConfigError, type ConfigProblem } from './problem.ts'
import type { ProviderConfig } from './schema.ts'

function problemsOf(yaml: string, environment: Record<string, string> = {}): readonly ConfigProblem[] {
  try {
    parseConfig(yaml, 'f.yaml', environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const warningsOf = (yaml: string, environment: Record<string, string> = {}) =>
  parseConfig(yaml, 'f.yaml', environment).warnings

const simulated = 'providers:\n  sim: { kind: simulated }\n'
const routeOf = (...lines: string[]) => `${simulated}routes:\n  r:\n    ${lines.join('\n    ')}\n`
const one = 'candidates: [{ id: a, provider: sim, model: sim-fast }]'

/** YAML, then the place and the message of the only problem it has. */
const refused: readonly [title: string, yaml: string, place: string, message: RegExp][] = [
  ['a misspelt key', 'listn: 127.0.0.1:1', '1 listn', /did you mean listen\?/],
  [
    'a rule without a condition',
    routeOf(one, 'rules: [{ when: {}, use: [a] }]'),
    '6 routes.r.rules.0.when',
    /needs a condition: one of customerTier, .*days$/,
  ],
  [
    'a language by its name',
    routeOf(one, 'rules: [{ when: { language: german }, use: [a] }]'),
    '6 routes.r.rules.0.when.language',
    /one of ar, .*de, .*found "german"/,
  ],
  [
    'an endpoint that does not exist',
    routeOf(one, 'rules: [{ when: { endpoint: foo }, use: [a] }]'),
    '6 routes.r.rules.0.when.endpoint',
    /one of generate, count_tokens/,
  ],
  ['a key one level off', `${simulated}models: []`, '3 models', /unknown key/],
  [
    'a bare number as duration',
    'timeouts:\n  idle: 30',
    '2 timeouts.idle',
    /duration with its unit.*found 30/,
  ],
  ['a duration without a known unit', 'drain: 30 sec', '1 drain', /500ms, 30s/],
  ['a bare number as size', 'limits: { body: 33554432 }', '1 limits.body', /size with its unit/],
  [
    'a share without percent',
    routeOf(one, 'quality: { maxLoss: 0.02 }'),
    '6 routes.r.quality.maxLoss',
    /such as 2%/,
  ],
  ['a count in words', 'limits: { inFlight: many }', '1 limits.inFlight', /600, 200k/],
  ['an address without a port', 'listen: 127.0.0.1', '1 listen', /host:port/],
  ['a port that does not exist', 'admin: 127.0.0.1:70000', '1 admin', /65535/],
  ['no workers', 'workers: 0', '1 workers', /at least 1 \(found 0\)/],
  ['too many workers', 'workers: 65', '1 workers', /at most 64/],
  ['text for a number', 'workers: two', '1 workers', /expected a number \(found "two"\)/],
  ['a list for keys', 'providers: [openai]', '1 providers', /expected keys .*found a list/],
  ['a list as the whole file', '- listen', '1 ', /expected keys/],
  [
    'an unknown kind',
    'providers:\n  a: { kind: opnai }',
    '2 providers.a.kind',
    /one of openai, azure.*"opnai"/,
  ],
  ['no kind', 'providers:\n  a:\n    keyEnv: K', '2 providers.a.kind', /required/],
  [
    'an unknown host',
    'providers:\n  a: { kind: openai-compatible, host: deepsek }',
    '2 providers.a.host',
    /deepseek/,
  ],
  [
    'neither host nor address',
    'providers:\n  a: { kind: openai-compatible }',
    '2 providers.a',
    /needs `host`/,
  ],
  ['azure without address', 'providers:\n  a: { kind: azure }', '2 providers.a', /openai\.azure\.com/],
  ['vertex without project', 'providers:\n  a: { kind: vertex }', '2 providers.a', /needs `project`/],
  [
    'a base URL of another protocol',
    'providers:\n  a: { kind: openai, baseUrl: ftp://h/v1 }',
    '2 providers.a.baseUrl',
    /http or https/,
  ],
  [
    'a misspelt quirk',
    'providers:\n  a: { kind: openai, quirks: { topk: true } }',
    '2 providers.a.quirks.topk',
    /topK/,
  ],
  [
    'a route without candidates',
    `${simulated}routes:\n  r: { candidates: [] }`,
    '4 routes.r.candidates',
    /at least one/,
  ],
  [
    'a candidate of no provider',
    `${simulated}routes:\n  r:\n    candidates:\n      - { provider: opnai, model: m }`,
    '6 routes.r.candidates.0.provider',
    /no provider is called opnai; there are sim/,
  ],
  [
    'a provider called like a method of objects',
    `${simulated}routes:\n  r:\n    candidates:\n      - { provider: constructor, model: m }`,
    '6 routes.r.candidates.0.provider',
    /no provider/,
  ],
  [
    'two candidates of one id',
    `${simulated}routes:\n  r:\n    candidates:\n      - { provider: sim, model: m }\n      - { provider: sim, model: m }`,
    '7 routes.r.candidates.1',
    /two candidates are called sim\/m/,
  ],
  ['a baseline that is no candidate', routeOf(one, 'baseline: b'), '6 routes.r.baseline', /candidates are a/],
  [
    'a fallback that is no candidate',
    routeOf(one, 'fallback: [a, b]'),
    '6 routes.r.fallback.1',
    /b is no candidate/,
  ],
  [
    'a rule that uses no candidate',
    routeOf(one, 'rules:', '  - { when: { app: x }, use: [b] }'),
    '7 routes.r.rules.0.use.0',
    /b is no candidate/,
  ],
  [
    'weights that are all 0',
    routeOf('candidates: [{ provider: sim, model: m, weight: 0 }]'),
    '5 routes.r.candidates',
    /all weights are 0/,
  ],
  [
    'a negative weight',
    routeOf('candidates: [{ provider: sim, model: m, weight: -1 }]'),
    '5 routes.r.candidates.0.weight',
    /0 or more \(found -1\)/,
  ],
  [
    'a key for no route',
    'keys:\n  - { name: k, hashEnv: H, routes: [auto, autobahn] }',
    '2 keys.0.routes.1',
    /no route is called autobahn/,
  ],
  [
    'two keys of one name',
    'keys:\n  - { name: k, hashEnv: H }\n  - { name: k, hashEnv: H }',
    '3 keys.1.name',
    /two keys/,
  ],
  [
    'a variable that is not set',
    'warehouse:\n  url: https://u:${PW}@h:8443',
    '2 warehouse.url',
    /variable PW is not set/,
  ],
  [
    'an address of the warehouse that is none',
    'warehouse: { url: embeded }',
    '1 warehouse.url',
    /`embedded`, or a URL/,
  ],
  ['the same key twice', 'listen: 127.0.0.1:1\nworkers: 1\nlisten: 127.0.0.1:2', '3 ', /stands twice/],
  ['a tab', 'limits:\n\tbody: 1MiB', '2 ', /tab|indent/],
  ['an open bracket', 'keys: [\nworkers: 1', '2 ', /not valid YAML|indented/],
  ['an alias without anchor', 'identity: *nobody', '1 ', /alias|not valid YAML/],
]

for (const [title, yaml, place, message] of refused) {
  test(`${title} is refused with its line, its key and what helps`, () => {
    const problems = problemsOf(yaml)
    assert.deepEqual(
      problems.map(({ file, line, key }) => `${file} ${line} ${key}`),
      [`f.yaml ${place}`],
      JSON.stringify(problems),
    )
    assert.match(problems[0]?.message ?? '', message)
  })
}

test('a route that has the name of a built-in one takes its place, and check says so', () => {
  const [warning] = warningsOf(`${simulated}routes: { auto: { ${one} } }`)
  assert.match(
    `${warning?.key} ${warning?.message}`,
    /^routes\.auto takes the place of the built-in route auto/,
  )
})

test('every unknown key is told at once, also those of one level', () => {
  const yaml = `listn: 1\nadmn: 2\nlog: { levl: x, formt: y }\n${routeOf(one, 'rules: [{ when: { fature: x, langage: y }, use: [a] }]')}`
  assert.deepEqual(
    problemsOf(yaml).map(({ key }) => key),
    [
      ...['listn', 'admn', 'log.levl', 'log.formt'],
      ...['routes.r.rules.0.when.fature', 'routes.r.rules.0.when.langage'],
    ],
  )
})

test('every problem of the schema is told at once', () => {
  assert.deepEqual(
    problemsOf('workers: 0\ndrain: 5\nlog: { level: loud }').map(({ line }) => line),
    [1, 2, 3],
  )
})

test('a secret that was written into the file is never repeated', () => {
  const secret = 'sk-proj-Ab3dEf6hIj9kLm2nOp5q'
  const places = [
    `providers: { a: { kind: openai, keyEnv: ${secret} } }`,
    `providers: { a: { kind: openai, apiKey: ${secret} } }`,
    `providers: { a: { kind: ${secret} } }`,
    `providers: { a: { kind: openai, baseUrl: "${secret}" } }`,
    `providers: { a: { kind: openai, headers: ["${secret}"] } }`,
    `keys: [{ name: k, hashEnv: ${secret} }]`,
    `warehouse: { url: "ftp://u:${secret}@h" }`,
    `log: { level: ${secret} }`,
    `listen: ${secret}`,
    `a: [\n ${secret}: *${secret}`,
  ]
  for (const yaml of places) {
    const problems = problemsOf(yaml)
    assert.ok(problems.length > 0, yaml)
    assert.doesNotMatch(JSON.stringify(problems), /Ab3dEf/, yaml)
  }
  assert.match(problemsOf(places[1] ?? '')[0]?.message ?? '', /keyEnv: OPENAI_API_KEY/)
  const hash = problemsOf('keys: [{ name: k, hashEnv: H }]', { H: secret })
  assert.match(hash[0]?.message ?? '', /no SHA-256/)
  assert.doesNotMatch(JSON.stringify(hash), /Ab3dEf/)
})

test('variables of the environment outrank the file and are named when they are wrong', () => {
  const { config } = parseConfig('listen: 127.0.0.1:1\nlog: { format: json }', 'f.yaml', {
    SIDELIGHT_LISTEN: '0.0.0.0:9',
    SIDELIGHT_ADMIN: '[::1]:8',
    SIDELIGHT_STATE_DIR: '/var/lib/sidelight',
    SIDELIGHT_WAREHOUSE_URL: 'http://ch:8123',
    SIDELIGHT_LOG_LEVEL: 'debug',
  })
  assert.equal(config.listen, '0.0.0.0:9')
  assert.equal(config.admin, '[::1]:8')
  assert.equal(config.stateDir, '/var/lib/sidelight')
  assert.equal(config.warehouse.url, 'http://ch:8123')
  assert.deepEqual(config.log, { format: 'json', level: 'debug' })
  const [problem] = problemsOf('', { SIDELIGHT_LISTEN: 'nowhere' })
  assert.deepEqual([problem?.file, problem?.line, problem?.key], ['(environment)', 0, 'SIDELIGHT_LISTEN'])
})

test('an empty key means its default', () => {
  const { config } = parseConfig('providers:\nroutes:\nkeys:\nlimits:\n  body:\n', 'f.yaml', {})
  assert.deepEqual(config, parseConfig('', 'f.yaml', {}).config)
})

test('variables in the address of the warehouse and in headers come from the environment', () => {
  const { config } = parseConfig(
    'warehouse: { url: "https://u:${PW}@${CH}:8443" }\nproviders: { a: { kind: openai, headers: { x-tenant: "t-${T}" } } }',
    'f.yaml',
    { PW: 'p@ss/w', CH: 'ch.internal', T: '7' },
  )
  assert.equal(config.warehouse.url, 'https://u:p%40ss%2Fw@ch.internal:8443')
  assert.deepEqual(config.providers['a']?.headers, { 'x-tenant': 't-7' })
})

test('durations, sizes, counts and shares become milliseconds, bytes, numbers and fractions', () => {
  const { config } = parseConfig(
    routeOf(one, 'timeouts: { firstToken: 500ms, total: 1.5m }', 'quality: { maxLoss: 7% }') +
      'limits: { body: 1.5MiB, inFlight: 2k, upload: 1h }',
    'f.yaml',
    {},
  )
  assert.deepEqual(config.limits, { body: 1_572_864, inFlight: 2000, upload: 3_600_000 })
  assert.deepEqual(config.routes['r']?.timeouts, { firstToken: 500, total: 90_000 })
  assert.equal(config.routes['r']?.quality?.maxLoss, 0.07)
})

test('candidates without an id are referred to as provider/model', () => {
  const { config } = parseConfig(
    routeOf('candidates: [{ provider: sim, model: m }]', 'baseline: sim/m'),
    'f.yaml',
    {},
  )
  assert.equal(config.routes['r']?.baseline, 'sim/m')
})

test('what is accepted but not in force says so, once and at its line', () => {
  const warnings = warningsOf(
    `${routeOf(
      one,
      'cache: { exact: 1h, semantic: off }',
      'quality: { maxLoss: 2% }',
    )}content: { store: masked }`,
  )
  assert.deepEqual(
    warnings.map(({ line, key }) => `${line} ${key}`),
    ['7 routes.r.quality', '8 content.store'],
  )
  const expected: Readonly<Record<string, RegExp>> = {
    'content.store': /keeps only text that was masked: without `mask` none is stored/,
    'routes.r.quality': /^nothing keeps it: without `evals` weights are tuned only by `sidelight evals run`$/,
  }
  for (const { key, message } of warnings)
    assert.match(message, expected[key] ?? /not in force in this version/)
  assert.deepEqual(warningsOf(routeOf(one, 'cache: { exact: off }', 'mask: { EMAIL: mask }')), [])
})

test('a floor that nobody keeps says so, and a judge without a provider is an error', () => {
  const quality = (yaml: string) => warningsOf(yaml).map(({ message }) => message)
  assert.match(quality(`${routeOf(one, 'quality: { maxLoss: 2% }')}evals: {}`)[0] ?? '', /no `baseline`/)
  const judged = `${routeOf(one)}evals: { judge: { provider: nobody, model: m } }`
  assert.throws(() => parseConfig(judged, 'test.yaml', {}), /no provider is called nobody/)
})

test('secrets that are not set and slips in base URLs are warnings: the rest works without them', () => {
  const text = (yaml: string) => warningsOf(yaml).map(({ key, message }) => `${key} ${message}`)
  assert.match(text('providers: { a: { kind: openai, keyEnv: K } }')[0] ?? '', /keyEnv .*K is not set/)
  assert.match(text('keys: [{ name: k, hashEnv: H }]')[0] ?? '', /nobody can use this key/)
  assert.match(text('providers: { a: { kind: openai, baseUrl: http://h } }')[0] ?? '', /ends in \/v1/)
  assert.match(text('providers: { a: { kind: anthropic, baseUrl: http://h/v1 } }')[0] ?? '', /bare origin/)
  assert.match(text(routeOf(one, 'require: { regions: [eu] }'))[0] ?? '', /every request is refused/)
})

test('the usual key variable of a kind or host is missed as well as one that is named', () => {
  const of = (provider: string, environment: Record<string, string> = {}) =>
    warningsOf(`providers:\n  a: { ${provider} }`, environment).map(({ key, message }) => `${key} ${message}`)
  const missed: readonly [provider: string, variable: string][] = [
    ['kind: openai', 'OPENAI_API_KEY'],
    ['kind: anthropic', 'ANTHROPIC_API_KEY'],
    ['kind: gemini', 'GEMINI_API_KEY'],
    ['kind: cohere', 'COHERE_API_KEY'],
    ['kind: azure, baseUrl: "https://n.openai.azure.com"', 'AZURE_OPENAI_API_KEY'],
    ['kind: openai-compatible, host: mistral', 'MISTRAL_API_KEY'],
    ['kind: bedrock', 'AWS_BEARER_TOKEN_BEDROCK'],
  ]
  for (const [provider, variable] of missed) {
    const [found = '', ...others] = of(provider)
    assert.match(found, new RegExp(`^providers\\.a .*${variable} .*will be refused$`), provider)
    assert.deepEqual(others, [])
    assert.deepEqual(of(provider, { [variable]: 'k' }), [])
  }
  for (const silent of [
    'kind: simulated',
    'kind: openai, auth: forward',
    'kind: openai, baseUrl: "http://127.0.0.1:9/v1"',
    'kind: openai, targets: [{ baseUrl: "http://h/v1" }]',
    'kind: vertex, project: p, auth: forward',
    ...['vllm', 'sglang', 'ollama', 'llamacpp'].map((host) => `kind: openai-compatible, host: ${host}`),
    'kind: openai-compatible, baseUrl: "https://h/v1"',
  ])
    assert.deepEqual(of(silent), [], silent)
  assert.deepEqual(of('kind: bedrock', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }), [])
  assert.equal(of('kind: bedrock', { AWS_ACCESS_KEY_ID: 'a' }).length, 1)
  assert.equal(of('kind: bedrock, accessKeyEnv: A').length, 1)
  assert.match(of('kind: vertex, project: p').join(), /neither `serviceAccountEnv` nor `keyEnv`/)
})

test('targets: unset keys, slips, twins and places are said of the target', () => {
  const of = (targets: string, more = '') =>
    warningsOf(`providers: { a: { kind: openai, keyEnv: K${more}, targets: [${targets}] } }`).map(
      ({ key, message }) => `${key} ${message}`,
    )
  // The key of the provider is nobody's where each target has its own.
  const own = of('{ keyEnv: A }, { keyEnv: B }')
  assert.equal(own.length, 2)
  assert.match(own[0] ?? '', /providers\.a\.targets\.0\.keyEnv the variable A is not set: .*asked last/)
  const mixed = of('{ keyEnv: A }, { baseUrl: "http://h" }')
  assert.match(mixed.join('\n'), /providers\.a\.keyEnv .*K is not set/)
  assert.match(mixed.join('\n'), /targets\.1\.baseUrl for openai it usually ends in/)
  assert.match(
    of('{ region: eu }, { region: us }').join('\n'),
    /targets\.1 it has the key and address of target 1/,
  )
  assert.match(of('{ location: x }').join('\n'), /targets\.0\.location only vertex and bedrock/)
  assert.match(
    problemsOf('providers: { a: { kind: openai, targets: [] } }')[0]?.message ?? '',
    /at least one target/,
  )
  const twice = problemsOf(
    'providers: { a: { kind: openai, targets: [{ name: x }, { name: x, keyEnv: B }] } }',
  )
  assert.match(twice[0]?.message ?? '', /two targets are called x/)
})

test('a region that only a target says is a place all the same', () => {
  const warned = (targets: string) =>
    warningsOf(
      `providers: { sim: { kind: simulated, targets: [${targets}] } }\nroutes: { r: { candidates: [{ provider: sim, model: m }], require: { regions: [eu] } } }`,
    ).some(({ message }) => message.includes('every request is refused'))
  assert.equal(warned('{ region: us }, { region: eu, baseUrl: "http://h" }'), false)
  assert.equal(warned('{ region: us }'), true)
})

test('the example of the documentation is valid as it stands', () => {
  const file = join(import.meta.dirname, '..', '..', 'examples', 'sidelight.yaml')
  const { config, warnings } = parseConfig(readFileSync(file, 'utf8'), file, {})
  assert.deepEqual(Object.keys(config.routes), ['support'])
  assert.ok(warnings.every(({ line }) => line > 0))
})

test('a file that is not there is named', () => {
  assert.throws(
    () => loadConfig({ file: '/nowhere/s.yaml', environment: {} }),
    /nowhere.*cannot be read.*ENOENT/,
  )
})

test('the file is that of the argument, of SIDELIGHT_CONFIG, or none; a prices file is beside it', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('a.yaml'), 'workers: 2\nprices: { file: p.yaml }')
  await writeFile(folder.file('b.yaml'), 'workers: 3')
  const environment = { SIDELIGHT_CONFIG: folder.file('b.yaml') }
  const a = loadConfig({ file: folder.file('a.yaml'), environment })
  assert.equal(a.config.workers, 2)
  assert.equal(a.config.prices.file, folder.file('p.yaml'))
  assert.equal(loadConfig({ environment }).config.workers, 3)
})

test('the schema knows every quirk of hosts and no other', () => {
  type Configured = keyof NonNullable<ProviderConfig['quirks']>
  const same: [Configured] extends [keyof HostQuirks]
    ? [keyof HostQuirks] extends [Configured]
      ? true
      : false
    : false = true
  assert.ok(same)
})

test('the folder of policies is beside the configuration file, wherever that is', async () => {
  await using folder = await tempDir()
  const file = folder.file('sidelight.yaml')
  await writeFile(file, 'policy: { source: file, dir: weights }')
  assert.equal(loadConfig({ file, environment: {} }).config.policy.dir, folder.file('weights'))
  await writeFile(file, 'policy: { source: file }')
  assert.equal(loadConfig({ file, environment: {} }).config.policy.dir, folder.file('policy'))
  await writeFile(file, 'policy: { source: file, dir: /etc/weights }')
  assert.equal(loadConfig({ file, environment: {} }).config.policy.dir, '/etc/weights')
})

test('a key for policies that is none is an error: it would let no policy in', () => {
  const [problem] = problemsOf('policy: { publicKey: sesame }')
  assert.deepEqual(
    [problem?.key, problem?.message],
    ['policy.publicKey', 'expected an Ed25519 public key: base64 of its 32 bytes, or PEM'],
  )
  assert.deepEqual(problemsOf(`policy: { publicKey: ${Buffer.alloc(32, 7).toString('base64')} }`), [])
})

test('`mask` takes types to actions beside its settings, and what is neither is refused at its line', () => {
  const { config } = parseConfig(
    routeOf(
      one,
      'mask: { default: log-only, SECRET: block, output: { IBAN_CODE: redact }, budget: { time: 1s } }',
    ),
    'f.yaml',
    {},
  )
  assert.deepEqual(config.routes['r']?.mask, {
    default: 'log-only',
    SECRET: 'block',
    output: { default: 'log', IBAN_CODE: 'redact' },
    budget: { time: 1000, bytes: 2_097_152 },
    onError: 'block',
    overBudget: 'block',
    unscanned: 'allow',
    note: true,
    toolArgs: 'stream',
    stable: 'off',
  })
  const refused: readonly [mask: string, key: string, message: RegExp][] = [
    ['{ email: mask }', 'routes.r.mask.email', /no setting of `mask` and no type/],
    ['{ EMAIL: hide }', 'routes.r.mask.EMAIL', /^expected one of mask, redact/],
    ['{ onError: mask }', 'routes.r.mask.onError', /^expected one of block, allow/],
    ['{ output: { onError: block } }', 'routes.r.mask.output.onError', /no setting of `mask` and no type/],
    ['{ patterns: [{ type: ORDER9, regex: x }] }', 'routes.r.mask.patterns.0.type', /three words/],
  ]
  for (const [mask, key, message] of refused) {
    const [problem] = problemsOf(routeOf(one, `mask: ${mask}`))
    assert.equal(problem?.key, key)
    assert.match(problem?.message ?? '', message)
  }
})
