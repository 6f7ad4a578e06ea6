import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One line of a Dockerfile, its continuations joined. */
interface Instruction {
  readonly name: string
  readonly rest: string
}

interface Stage {
  readonly name: string
  readonly from: string
  readonly instructions: readonly Instruction[]
}

/** Does what a Dockerfile says in folders instead of layers: FROM, WORKDIR, COPY and RUN, without an image under it. */
export class FolderImage {
  readonly #stages: ReadonlyMap<string, Stage>
  readonly #context: string
  readonly #into: string
  readonly #built = new Set<string>()

  constructor(options: { readonly dockerfile: string; readonly context: string; readonly into: string }) {
    this.#stages = new Map(
      stagesOf(readFileSync(options.dockerfile, 'utf8')).map((stage) => [stage.name, stage]),
    )
    this.#context = options.context
    this.#into = options.into
  }

  /** The folder that stands for `/` in a stage. */
  build(name: string): string {
    const stage = this.#stages.get(name)
    if (stage === undefined) throw new Error(`no stage is called ${name}`)
    const folder = join(this.#into, name)
    if (this.#built.has(name)) return folder
    mkdirSync(folder, { recursive: true })
    // Links, since one of the packages has half a gigabyte.
    if (this.#stages.has(stage.from)) run('cp', ['-al', `${this.build(stage.from)}/.`, folder], this.#into)
    let workdir = this.workdirOf(stage.from)
    for (const { name: what, rest } of stage.instructions) {
      if (what === 'WORKDIR') workdir = rest
      const cwd = join(folder, workdir)
      mkdirSync(cwd, { recursive: true })
      if (what === 'COPY') this.#copy(rest, cwd)
      // What a stage does to its own root it does to nobody's here.
      if (what === 'RUN' && !/ \/(?!\S*:)/.test(rest)) run('sh', ['-c', rest], cwd)
    }
    this.#built.add(name)
    return folder
  }

  workdirOf(name: string): string {
    const stage = this.#stages.get(name)
    if (stage === undefined) return '/'
    return stage.instructions.findLast((one) => one.name === 'WORKDIR')?.rest ?? this.workdirOf(stage.from)
  }

  /** The last of its kind that holds in a stage. */
  find(name: string, what: string): string | undefined {
    const stage = this.#stages.get(name)
    return (
      stage?.instructions.findLast((one) => one.name === what)?.rest ?? (stage && this.find(stage.from, what))
    )
  }

  #copy(rest: string, cwd: string): void {
    const [, from, names = ''] = /^(?:--from=(\S+) )?(.+)$/.exec(rest) ?? []
    const paths = names.split(' ')
    const target = join(cwd, paths.at(-1) ?? '')
    const base = from === undefined ? this.#context : this.build(from)
    const sources = paths.slice(0, -1)
    for (const source of sources) {
      const isInto = sources.length > 1 || /\/$/.test(paths.at(-1) ?? '')
      const isFile = /\.[a-z]+$|^[A-Z]+$/.test(source)
      if (from !== undefined) run('cp', ['-al', `${join(base, source)}/.`, made(target)], cwd)
      else cpSync(join(base, source), isInto && isFile ? join(target, source) : target, { recursive: true })
    }
  }
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

function stagesOf(text: string): Stage[] {
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))
  const stages: { name: string; from: string; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    const [, from = '', as = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? []
    if (name === 'FROM') stages.push({ name: as, from, instructions: [] })
    else stages.at(-1)?.instructions.push({ name, rest })
  }
  return stages
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: undefined },
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`)
}
