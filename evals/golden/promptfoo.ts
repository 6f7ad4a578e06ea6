import { isObject, type JsonObject } from '../../contract/json.ts'
import { readAssert } from './load.ts'

/** Tests of a promptfoo configuration, read from YAML or JSON, as lines of a golden set. */
export function goldenFromPromptfoo(
  config: unknown,
  of: { readonly file: string; readonly route: string },
): JsonObject[] {
  if (!isObject(config)) throw new TypeError(`${of.file}: it is no promptfoo configuration`)
  const { prompts, tests, defaultTest } = config
  if (!Array.isArray(tests)) throw new TypeError(`${of.file}: it has no list of \`tests\``)
  const shared = isObject(defaultTest) ? listOf(defaultTest['assert']) : []
  const sharedVars = isObject(defaultTest) && isObject(defaultTest['vars']) ? defaultTest['vars'] : {}
  const texts = promptsOf(prompts, of.file)
  const problems: string[] = []
  const items = tests.flatMap((test, index) => {
    try {
      return texts.map((prompt, at) =>
        itemOf(test, { prompt, shared, sharedVars, ...of, id: `${index + 1}.${at + 1}` }),
      )
    } catch (error) {
      problems.push(`${of.file}: test ${index + 1}: ${(error as Error).message}`)
      return []
    }
  })
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return items
}

function itemOf(
  test: unknown,
  of: {
    readonly prompt: string
    readonly shared: readonly unknown[]
    readonly sharedVars: JsonObject
    readonly route: string
    readonly id: string
  },
): JsonObject {
  if (!isObject(test)) throw new TypeError('it is no object')
  const vars = { ...of.sharedVars, ...(isObject(test['vars']) ? test['vars'] : {}) }
  const asserts = [...of.shared, ...listOf(test['assert'])].map((one) => filledAssert(one, vars))
  for (const one of asserts) readAssert(one)
  return {
    id: typeof test['description'] === 'string' ? `${of.id} ${test['description'].slice(0, 80)}` : of.id,
    route: of.route,
    input: messagesOf(filled(of.prompt, vars)),
    assert: asserts as JsonObject[],
  } as JsonObject
}

function filledAssert(value: unknown, vars: JsonObject): JsonObject {
  if (!isObject(value)) throw new TypeError('an assert is no object')
  const text = value['value']
  return typeof text === 'string' ? { ...value, value: filled(text, vars) } : value
}

/** A prompt may itself be a list of messages as JSON. */
function messagesOf(prompt: string): { role: string; content: string }[] {
  try {
    const parsed: unknown = JSON.parse(prompt)
    if (Array.isArray(parsed)) return parsed as { role: string; content: string }[]
  } catch {
    // It is the text of one message.
  }
  return [{ role: 'user', content: prompt }]
}

function promptsOf(prompts: unknown, file: string): string[] {
  const list = listOf(prompts)
  const texts = list.map((prompt) => (isObject(prompt) ? (prompt['raw'] ?? prompt['content']) : prompt))
  if (texts.length === 0) throw new TypeError(`${file}: it has no \`prompts\``)
  if (!texts.every((text) => typeof text === 'string' && !text.startsWith('file://')))
    throw new TypeError(`${file}: only prompts that stand in the file itself can be imported`)
  return texts as string[]
}

function filled(text: string, vars: JsonObject): string {
  return text.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => {
    const value = vars[name]
    if (value === undefined) throw new TypeError(`no variable is called ${name.slice(0, 40)}`)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}
