import { multiVariables } from '../../dashboards/dialects/variables.ts'

/** A board as it lies in its file. */
export interface BoardFile {
  uid: string
  editable: boolean
  schemaVersion: number
  tags: string[]
  links: Record<string, unknown>[]
  templating: { list: (Record<string, unknown> & { name: string; type: string })[] }
  annotations: { list: Record<string, unknown>[] }
  panels: PanelFile[]
}

export interface PanelFile {
  id: number
  type: string
  title: string
  description?: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: { type: string; uid: string }
  targets?: { rawSql?: string; format: number; editorType?: string; refId: string }[]
  options?: { legend?: { showLegend?: boolean; show?: boolean } }
  fieldConfig?: { defaults: { unit?: string; displayName?: string }; overrides: unknown[] }
}

type Check = (board: BoardFile, uids: readonly string[]) => readonly string[]

const pictures = (board: BoardFile) => board.panels.filter(({ type }) => type !== 'row')
const bad = (board: BoardFile, isBad: (panel: PanelFile) => boolean) =>
  pictures(board)
    .filter(isBad)
    .map(({ title, id }) => `${title} (${id})`)

/** By name, with the reason in the name. */
export const lintRules: Readonly<Record<string, Check>> = {
  'the data source is a variable: a fixed one exists in one installation only': (board) => [
    ...(board.templating.list[0]?.name === 'datasource' ? [] : ['no variable']),
    ...bad(board, ({ datasource }) => datasource?.uid !== '${datasource}'),
  ],
  'title, description and unit: a number without them is a riddle': (board) =>
    bad(board, (panel) => !panel.title || !panel.description || !panel.fieldConfig?.defaults.unit),
  'legends are on: the SDK hides them': (board) =>
    bad(
      board,
      ({ options }) =>
        options?.legend !== undefined && (options.legend.showLegend ?? options.legend.show) !== true,
    ),
  'no placement: with it a link appears nowhere': (board) =>
    [...board.links, ...board.annotations.list].filter((link) => 'placement' in link).map(String),
  'numbers of panels are unique: links and alerts refer to them': (board) => {
    const ids = board.panels.map(({ id }) => id)
    return ids.filter((id, at) => !(id > 0) || ids.indexOf(id) !== at).map(String)
  },
  'no two panels overlap, none leaves the grid': (board) => overlapping(board.panels),
  'values of variables follow the range': (board) =>
    board.templating.list
      .filter(({ type, refresh }) => type === 'query' && refresh !== 2)
      .map(({ name }) => name),
  'filters begin with All: the macro reads what is chosen': (board) =>
    board.templating.list
      .filter(({ multi, current }) => multi === true && !JSON.stringify(current ?? '').includes('$__all'))
      .map(({ name }) => name),
  'provisioned boards are not edited': (board) => (board.editable === false ? [] : ['editable']),
  'the form of the board is the one that files may have': (board) =>
    board.schemaVersion === 42 && board.tags.includes('sidelight') ? [] : [String(board.schemaVersion)],
  'no bare variable: it is not escaped': (board) =>
    bad(board, ({ targets }) => sqlOf(targets).some(hasBareVariable)),
  'values arrive encoded': (board) =>
    bad(board, ({ targets }) =>
      sqlOf(targets).some((sql) =>
        [...sql.matchAll(/\$\{(?!datasource)\w+:?(\w*)\}/g)].some(
          ([, format]) => !/^(queryparam|percentencode)$/.test(format ?? ''),
        ),
      ),
    ),
  'every query has its text and says that it is SQL': (board) =>
    bad(
      board,
      ({ targets }) => targets?.length !== 1 || !targets[0]?.rawSql || targets[0].editorType !== 'sql',
    ),
  'time comes first and ascending where lines are drawn': (board) =>
    bad(board, ({ targets }) =>
      (targets ?? []).some(
        ({ format, rawSql = '' }) =>
          format === 0 && !/^SELECT (time,|\S[\s\S]*? AS time,)[\s\S]*ORDER BY time/.test(rawSql),
      ),
    ),
  'variables that are read are on the board': (board) => {
    const known = new Set(board.templating.list.map(({ name }) => name))
    return bad(board, ({ targets }) =>
      sqlOf(targets).some((sql) => variablesIn(sql).some((name) => !known.has(name))),
    )
  },
  'links lead to boards and variables that are there': (board, uids) =>
    [...JSON.stringify(board).matchAll(/\/d\/([\w-]+)\?[^"]*?&var-(\w+)=/g)]
      .filter(([, uid = '', name = '']) => !uids.includes(uid) || !linkable.includes(name))
      .map(([link]) => link),
}

const linkable: readonly string[] = [...multiVariables, 'one_customer', 'request_id']
const sqlOf = (targets: PanelFile['targets']) => (targets ?? []).map(({ rawSql = '' }) => rawSql)

const variablesIn = (sql: string) => [...sql.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)

/** As the last argument of the macro a variable stands bare; nowhere else. */
const hasBareVariable = (sql: string) => /\$(?!__|\{)\w+/.test(sql.replace(/, \$\w+\)/g, ')'))

function overlapping(panels: readonly PanelFile[]): string[] {
  const wrong = panels
    .filter(({ gridPos: { x, w, h } }) => w < 3 || h < 1 || x + w > 24)
    .map(({ title }) => title)
  panels.forEach((one, at) => {
    for (const other of panels.slice(at + 1)) {
      const [a, b] = [one.gridPos, other.gridPos]
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
      if (!apart) wrong.push(`${one.title} and ${other.title}`)
    }
  })
  return wrong
}
