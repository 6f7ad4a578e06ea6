import { join } from 'node:path'
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv'
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  type Schema,
  SchemaGenerator,
} from 'ts-json-schema-generator'

interface Panel {
  readonly type: string
  readonly options?: unknown
  readonly fieldConfig?: { readonly defaults?: { readonly custom?: unknown } }
}

/** Gives what is wrong with a board, by its path: what Grafana's own types demand, and nothing they do not name. */
export function boardChecker(): (board: unknown) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: true })
  const [board, panelTypes] = derived()
  const whole = ajv.compile(board)
  ajv.addSchema(panelTypes, 'panels')
  const of = (path: string) => ajv.getSchema(`panels#/definitions/PanelTypes/properties/${path}`)
  return (file) => {
    const { panels } = file as { panels: Panel[] }
    return [
      ...problemsOf(whole, file, ''),
      ...panels.flatMap(({ type, options, fieldConfig }, index) => [
        ...problemsOf(of(`options/properties/${type}`), options, `/panels/${index}/options`),
        ...problemsOf(
          of(`fields/properties/${type}`),
          fieldConfig?.defaults?.custom,
          `/panels/${index}/custom`,
        ),
      ]),
    ]
  }
}

/** Options of panels carry one name in all of their files, so these are written out where they stand. */
function derived(): readonly [board: AnySchema, panels: AnySchema] {
  const common = {
    ...DEFAULT_CONFIG,
    path: join(import.meta.dirname, 'board-types.ts'),
    tsconfig: join(import.meta.dirname, '..', '..', 'tsconfig.json'),
    skipTypeCheck: true,
    functions: 'hide',
  } as const
  // Reading the types takes a second, so both are made from one reading.
  const program = createProgram({ ...common, type: 'BoardFile' })
  const schemaOf = (type: string, expose: 'export' | 'none') => {
    const config = { ...common, type, expose }
    return new SchemaGenerator(
      program,
      createParser(program, config),
      createFormatter(config),
      config,
    ).createSchema(type)
  }
  const board = schemaOf('BoardFile', 'export')
  return [
    // The SDK leaves queries open; ours has these fields and no others.
    { ...board, definitions: { ...board.definitions, Dataquery: query } } as AnySchema,
    schemaOf('PanelTypes', 'none') as AnySchema,
  ]
}

const text = ['refId', 'pluginVersion', 'editorType', 'rawSql'] as const
const query = {
  type: 'object',
  additionalProperties: false,
  required: [...text, 'datasource', 'format', 'queryType'],
  properties: {
    ...Object.fromEntries(text.map((name) => [name, { type: 'string' }])),
    datasource: { type: 'object', required: ['type', 'uid'] },
    format: { enum: [0, 1] },
    queryType: { enum: ['timeseries', 'table'] },
  },
} satisfies Schema

function problemsOf(validate: ValidateFunction | undefined, value: unknown, at: string): string[] {
  if (validate === undefined || value === undefined || validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${at}${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
