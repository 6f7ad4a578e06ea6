import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { commands } from './cli/commands.ts'
import { helpTopics } from './cli/help-topics.ts'
import { parseConfig } from './contract/config/load.ts'

/** Compose files, the image and the examples, without Docker: parsed, and held against each other and the CLI. */
const root = import.meta.dirname
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly target: string }
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string; readonly required?: boolean }>>
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] }
  readonly profiles?: readonly string[]
  readonly restart?: string
  readonly [key: string]: unknown
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes?: Readonly<Record<string, unknown>>
}

/** `!reset` takes a value of the file below away. */
const reset = { tag: '!reset', collection: 'seq' as const, resolve: (value: unknown) => value }
const load = (path: string) => parse(read(path), { merge: true, customTags: [reset] }) as Compose

const whole = ['compose.yaml', 'examples/compose.embedded.yaml']
const overlays = ['examples/compose.cluster.yaml', 'examples/compose.production.yaml']
const services = whole.flatMap((file) =>
  Object.entries(load(file).services).map(([name, service]) => ({
    file,
    name,
    service,
    at: `${file}: ${name}`,
  })),
)
const isOurs = ({ image = '' }: Service) => image.startsWith('sidelight:')
const offenders = (find: (service: Service, name: string) => readonly string[]) =>
  services.flatMap(({ service, name, at }) => find(service, name).map((what) => `${at}: ${what}`))

test('images are pinned, and ours is the version of the package', () => {
  const images = [
    ...services.map(({ service }) => service.image ?? ''),
    ...kubernetes().flatMap(({ text }) => [...text.matchAll(/image: (\S+)/g)].map(([, image = '']) => image)),
  ]
  const pinned = /^[a-z0-9./-]+:\d+\.\d+\.\d+(-[a-z0-9]+)?$/
  assert.deepEqual(
    images.filter((image) => !pinned.test(image)),
    [],
  )
  for (const image of images.filter((name) => name.startsWith('sidelight:')))
    assert.ok([`sidelight:${version}`, `sidelight:${version}-full`].includes(image), image)
})

test('every service has a health check or ends by itself, limits, and nothing it does not need', () => {
  const needed = ['mem_limit', 'cpus', 'logging', 'read_only', 'tmpfs', 'init']
  assert.deepEqual(
    offenders((service, name) => [
      ...needed.filter((key) => service[key] === undefined),
      ...(service.healthcheck?.test === undefined && name !== 'migrate' ? ['no health check'] : []),
      ...(name === 'migrate' && service.restart !== 'no' ? ['would start again and again'] : []),
      ...(service['read_only'] === true ? [] : ['writable']),
      ...(JSON.stringify(service['cap_drop']) === '["ALL"]' ? [] : ['capabilities']),
      ...(JSON.stringify(service['security_opt'])?.includes('no-new-privileges:true') ? [] : ['privileges']),
      ...(service['privileged'] === undefined && service['cap_add'] === undefined
        ? []
        : ['more than needed']),
    ]),
    [],
  )
})

test('only the data plane may leave loopback, and only when somebody says so', () => {
  const published = services.flatMap(({ service }) => service.ports ?? [])
  const open = published.filter((port) => !port.startsWith('127.0.0.1:'))
  assert.deepEqual([...new Set(open)], ['${SIDELIGHT_BIND:-127.0.0.1}:4100:4100'])
  const own = load('compose.yaml').services
  const ports = Object.values(own).flatMap(({ ports = [] }) => ports.map((port) => port.split(':').at(-2)))
  assert.equal(new Set(ports).size, ports.length, 'a port is published twice')
})

test('every variable is in .env.example, and nothing else is', () => {
  const used = new Set<string>()
  for (const file of [...whole, ...overlays])
    for (const [, name = ''] of uncommented(read(file)).matchAll(/(?<!\$)\$\{([A-Z_]+)/g)) used.add(name)
  const listed = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name)
  assert.deepEqual([...used].sort(), listed.toSorted())
})

test('no secret has a default or stands in a file; each is demanded and written at random', () => {
  const secrets = [...read('.env.example').matchAll(/^([A-Z_]+)=$/gm)].map(([, name = '']) => name)
  assert.ok(secrets.length >= 8)
  const text = [...whole, ...overlays].map((file) => uncommented(read(file))).join('\n')
  for (const name of secrets) {
    const uses = [...text.matchAll(new RegExp(`(?<!\\$)\\$\\{${name}([^}]*)\\}`, 'g'))].map(
      ([, rest = '']) => rest,
    )
    assert.ok(uses.length > 0 && uses.every((rest) => rest.startsWith(':?')), name)
  }
  assert.deepEqual(
    offenders(({ environment = {} }) =>
      Object.entries(environment)
        .filter(([name]) => /PASSWORD|TOKEN|SECRET|_KEY$/.test(name))
        .filter(([, value]) => value !== '' && !/^\$\{[A-Z_]+(:\?[^}]+|:-)\}$/.test(value))
        .map(([name]) => `${name} stands there`),
    ),
    [],
  )
  // Addresses name the variable of the container, doubled so that compose leaves it alone.
  const urls = text.match(/https?:\/\/[^\s@/'"]+@\S+/g) ?? []
  for (const url of urls) assert.match(url, /^http:\/\/[a-z]+:\$\$\{[A-Z_]+\}@/)
  assert.match(read('.gitignore'), /^\.env$/m)
})

test('whatever is mounted exists, and named volumes are declared and used', () => {
  for (const file of [...whole, ...overlays]) {
    const { services: own, volumes = {} } = load(file)
    const base = overlays.includes(file) ? root : join(root, dirname(file))
    const used = new Set<string>()
    for (const [name, service] of Object.entries(own)) {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1').split(':')
        if (!source.startsWith('.')) {
          used.add(source)
          continue
        }
        assert.ok(existsSync(join(base, source)), `${file}: ${name}: ${source}`)
        assert.ok(volume.endsWith(':ro'), `${file}: ${name}: ${volume} is writable`)
      }
    }
    assert.deepEqual([...used].sort(), Object.keys(volumes).sort(), file)
  }
  assert.ok(existsSync(join(root, 'examples/clickhouse/topology/cluster.xml')))
})

test('the sidecar waits for nobody; what needs tables waits for them', () => {
  const own = load('compose.yaml').services
  assert.equal(own['sidecar']?.depends_on, undefined)
  for (const name of ['ingest', 'evals', 'demo'])
    assert.equal(own[name]?.depends_on?.['migrate']?.condition, 'service_completed_successfully', name)
  for (const [name, { depends_on = {} }] of Object.entries(own))
    for (const other of Object.keys(depends_on)) assert.ok(own[other], `${name} waits for ${other}`)
})

test('profiles hold what is not for everybody', () => {
  const profiles = Object.entries(load('compose.yaml').services).map(([name, one]) => [
    name,
    one.profiles?.[0],
  ])
  assert.deepEqual(Object.fromEntries(profiles.filter(([, profile]) => profile !== undefined)), {
    demo: 'demo',
    'clickhouse-2': 'cluster',
    keeper: 'cluster',
  })
  assert.equal(load('examples/compose.cluster.yaml').services['keeper']?.profiles?.length, 0)
})

/** The commands of our containers, as lists of words. */
function runs(): readonly { readonly at: string; readonly words: readonly string[] }[] {
  const composed = [...services, ...overlays.flatMap(overlaid)].filter(
    ({ service }) => isOurs(service) || service.image === undefined,
  )
  return [
    ...composed.flatMap(({ at, service }) =>
      service.entrypoint === undefined
        ? service.command === undefined
          ? []
          : [{ at, words: service.command }]
        : scripted(service.command?.join('\n') ?? '').map((words) => ({ at, words })),
    ),
    ...kubernetes().flatMap(({ at, args }) => args.map((words) => ({ at, words }))),
    ...[...dockerfile().matchAll(/^CMD \[(.*)\]$/gm)].map(([, list = '']) => ({
      at: 'Dockerfile',
      words: JSON.parse(`[${list}]`) as string[],
    })),
  ]
}

const overlaid = (file: string) =>
  Object.entries(load(file).services).map(([name, service]) => ({
    file,
    name,
    service,
    at: `${file}: ${name}`,
  }))

const scripted = (script: string) =>
  [...script.matchAll(/\bsidelight ((?:[a-z-]+ ?)+)/g)].map(([, words = '']) => words.trim().split(' '))

test('every command and option is one that the CLI knows', () => {
  const wrong = runs().flatMap(({ at, words }) => {
    const [name = ''] = words
    if (!Object.hasOwn(commands, name)) return [`${at}: no command ${name}`]
    const help = (helpTopics[name] ?? []).join('\n')
    const named = words.slice(1).filter((word) => /^(--[a-z-]+|[a-z]+)$/.test(word) && !isValue(words, word))
    return named.filter((word) => !help.includes(word)).map((word) => `${at}: ${name} has no ${word}`)
  })
  assert.ok(runs().length >= 9)
  assert.deepEqual(wrong, [])
})

/** What follows an option that takes one. */
function isValue(words: readonly string[], word: string): boolean {
  return ['--target', '--cluster', '--wait', '--listen'].includes(words[words.indexOf(word) - 1] ?? '')
}

test('ports and paths are those of the image and of the defaults', () => {
  const { config } = parseConfig('', '(defaults)', {})
  const portOf = (address: string) => address.split(':').at(-1)
  assert.deepEqual(
    [portOf(config.listen), portOf(config.admin), portOf(config.warehouse.listen)],
    ['4100', '4101', '4102'],
  )
  const own = load('compose.yaml').services
  const { environment = {}, volumes = [] } = own['sidecar'] ?? {}
  assert.equal(portOf(environment['SIDELIGHT_LISTEN'] ?? ''), '4100')
  assert.equal(portOf(environment['SIDELIGHT_ADMIN'] ?? ''), '4101')
  const state = /SIDELIGHT_STATE_DIR=(\S+)/.exec(dockerfile())?.[1]
  assert.ok(volumes.includes(`spool:${state}`))
  const graceS = Number.parseInt(String(own['sidecar']?.['stop_grace_period']), 10)
  assert.ok(graceS * 1000 > config.drain)
  const provider = parse(read('dashboards/provisioning/dashboards/sidelight.yaml')) as {
    providers: { options: { path: string } }[]
  }
  const mounted = own['grafana']?.volumes?.some((volume) => volume.endsWith(':/etc/grafana/provisioning:ro'))
  assert.ok(mounted && provider.providers[0]?.options.path === '/etc/grafana/provisioning/dashboards/boards')
})

test('grafana gets every variable that its provisioning reads, in each compose file', () => {
  const files = globSync('dashboards/provisioning/{datasources,alerting,dashboards}/*.yaml', { cwd: root })
  const wanted = files.flatMap((file) =>
    [...read(file).matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name),
  )
  assert.ok(wanted.length >= 4)
  for (const { at, name, service } of services)
    if (name === 'grafana')
      for (const variable of wanted) assert.ok(variable in (service.environment ?? {}), `${at}: ${variable}`)
})

test('users of the server get their passwords from variables that the server has', () => {
  const files = globSync('examples/clickhouse/**/*.xml', { cwd: root })
  const wanted = new Set(
    files.flatMap((file) => [...read(file).matchAll(/from_env="([A-Z_]+)"/g)].map(([, name]) => name)),
  )
  assert.ok(wanted.size >= 6)
  const own = load('compose.yaml').services
  for (const server of ['clickhouse', 'clickhouse-2'])
    for (const name of wanted)
      assert.ok((name ?? '') in (own[server]?.environment ?? {}), `${server}: ${name}`)
  const users = [...read('examples/clickhouse/users.d/sidelight.xml').matchAll(/^ {8}<([a-z]+)>$/gm)].map(
    ([, name]) => name,
  )
  assert.deepEqual(users, ['default', 'migrate', 'ingest', 'evals'])
  const asked = [...read('compose.yaml').matchAll(/http:\/\/([a-z]+):\$\$/g)].map(([, name = '']) => name)
  for (const name of asked) assert.ok(users.includes(name), name)
  for (const file of files) assert.deepEqual(unbalanced(read(file)), [], file)
})

/** Elements that are opened and not closed, or the other way round. */
function unbalanced(xml: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [, close = '', name = '', end = ''] of xml
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .matchAll(/<(\/?)([a-z_0-9]+)(?:\s[^>]*?)?(\/?)>/g)) {
    if (end === '/') continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) wrong.push(name)
  }
  return [...wrong, ...open]
}

const dockerfile = () => read('Dockerfile')

test('the image is built in stages, runs as a number, ends by SIGTERM and says how it is', () => {
  const text = dockerfile()
  const stages = [...text.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => `${name} < ${from}`)
  assert.deepEqual(stages, [
    'build < ${NODE}',
    'packages < ${NODE}',
    'packages-sidecar < packages',
    'runtime < ${NODE}',
    'sidecar < runtime',
    'full < runtime',
  ])
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
  assert.match(text, new RegExp(`^ARG NODE=node:${devDependencies['node']}-bookworm-slim$`, 'm'))
  assert.match(text, /^USER (\d+):\1$/m)
  assert.match(text, /^STOPSIGNAL SIGTERM$/m)
  assert.match(text, /^HEALTHCHECK .*\\\n.*\/healthz/m)
  assert.match(text, /^ENTRYPOINT .*"--enable-source-maps".*"\/app\/cli\/main\.js"\]$/m)
  for (const { service, at } of services)
    if (service.build !== undefined)
      assert.ok(
        stages.some((one) => one.startsWith(`${service.build?.target} <`)),
        at,
      )
})

test('the image gets every room that its program is made of, and .dockerignore lets it through', () => {
  const copied = [...dockerfile().matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  )
  for (const name of copied) assert.ok(existsSync(join(root, name)), name)
  const rooms = ['contract', 'sidecar', 'ingest', 'dashboards', 'evals', 'cli'].filter((room) =>
    globSync(`${room}/**/*.ts`, { cwd: root }).some((file) => !file.endsWith('.test.ts')),
  )
  for (const room of rooms) assert.ok(copied.includes(room), `${room} is not copied into the image`)
  const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name]) => name)
  for (const name of copied) assert.ok(allowed.includes(name), `${name} is ignored`)
  assert.match(read('.dockerignore'), /^\*$/m)
})

interface Manifest {
  readonly at: string
  readonly text: string
  readonly documents: readonly Record<string, unknown>[]
  readonly args: readonly (readonly string[])[]
}

function kubernetes(): readonly Manifest[] {
  return globSync('examples/kubernetes/*.yaml', { cwd: root })
    .sort()
    .map((at) => {
      const text = read(at)
      const documents = parseAllDocuments(text).map((one) => {
        assert.deepEqual(one.errors, [], at)
        return one.toJS() as Record<string, unknown>
      })
      return { at, text, documents, args: documents.flatMap((one) => argsIn(one)) }
    })
}

/** One text is a script of the shell. */
function commandsOf(args: readonly string[]): string[][] {
  const [text = ''] = args
  return text.includes(' ') ? scripted(text) : [[...args]]
}

/** Lists under `args`, wherever they are. */
function argsIn(value: unknown): string[][] {
  if (Array.isArray(value)) return value.flatMap(argsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'args' ? commandsOf(inner as string[]) : argsIn(inner),
  )
}

test('the manifests hold a pod with its sidecar, a receiver, a migration, two CronJobs, and every board', () => {
  const kinds = kubernetes().flatMap(({ documents }) => documents.map(({ kind }) => kind))
  const wanted = { Deployment: 2, CronJob: 2, Job: 1, Service: 1, ConfigMap: 1, Kustomization: 1 }
  for (const [kind, count] of Object.entries(wanted))
    assert.equal(kinds.filter((one) => one === kind).length, count, kind)
  const kustomization = read('examples/kubernetes/kustomization.yaml')
  const listed = [...kustomization.matchAll(/(\.\.\/\S+\.(?:json|yaml))/g)].map(([, path = '']) =>
    normalize(join('examples/kubernetes', path)),
  )
  for (const path of listed) assert.ok(existsSync(join(root, path)), path)
  for (const board of globSync('dashboards/provisioning/dashboards/boards/*.json', { cwd: root }))
    assert.ok(listed.includes(board), board)
})

test('the configurations of the examples are valid, and a pod has time to drain', () => {
  const environment = { SIDELIGHT_INGEST_TOKEN: 't' }
  const pod = kubernetes().find(({ at }) => at.endsWith('/sidecar.yaml'))
  const [map, deployment] = pod?.documents ?? []
  const inner = (map as { data: Record<string, string> }).data['sidelight.yaml'] ?? ''
  const { config } = parseConfig(inner, 'sidecar.yaml', environment)
  const { spec } = (deployment as { spec: { template: { spec: Record<string, unknown> } } }).spec.template
  assert.ok(Number(spec['terminationGracePeriodSeconds']) * 1000 > config.drain)
  const volumes = spec['volumes'] as { name: string; emptyDir?: { sizeLimit: string } }[]
  assert.equal(volumes.find(({ name }) => name === 'state')?.emptyDir?.sizeLimit, '1Gi')
  assert.equal(config.spool.bytes, 2 ** 30)
  parseConfig(read('examples/compose/sidelight.yaml'), 'sidelight.yaml', {})
})

/** Comments explain variables of other places. */
const uncommented = (text: string) => text.replaceAll(/^\s*#.*$/gm, '')
