import { type Figure, figures } from './figures.ts'
import { ExportProblem } from './problem.ts'
import { type Profile, profiles } from './profiles.ts'
import type { Table } from './table.ts'

/** `day=Date,model=Model,cost_usd=Cost`: a file of any other origin, column by column. */
export function readMapping(text: string): Profile {
  const columns = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const [name, column] = [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    if (at < 1 || column === '')
      throw new ExportProblem('--map', `expected name=column pairs such as day=Date,cost_usd=Cost`)
    if (name !== 'day' && name !== 'model' && !isFigure(name)) {
      throw new ExportProblem('--map', `${name.slice(0, 40)} is none of day, model, ${figures.join(', ')}`)
    }
    if (columns.has(name)) throw new ExportProblem('--map', `${name} is named twice`)
    columns.set(name, column)
  }
  const day = columns.get('day')
  if (day === undefined) throw new ExportProblem('--map', 'name the column of the day: day=…')
  const mapped = figures.filter((figure) => columns.has(figure))
  if (mapped.length === 0) throw new ExportProblem('--map', `name a column of ${figures.join(', ')}`)
  return {
    name: 'mapped columns',
    kinds: [],
    mark: [...columns.values()],
    day,
    model: columns.get('model'),
    figures: Object.fromEntries(mapped.map((figure) => [figure, [columns.get(figure) ?? '']])),
  }
}

const isFigure = (name: string): name is Figure => (figures as readonly string[]).includes(name)

/** What kind of export this is, by the columns it has. */
export function profileOf(table: Table, mapped: Profile | undefined): Profile {
  const has = (column: string) => table.columns.includes(column)
  if (mapped !== undefined) {
    const missing = mapped.mark.find((column) => !has(column))
    if (missing === undefined) return mapped
    throw new ExportProblem('--map', `there is no column ${missing.slice(0, 60)}; ${listed(table)}`)
  }
  const found = profiles.find(
    ({ mark, figures: wanted }) => mark.every(has) && Object.values(wanted).flat().some(has),
  )
  if (found !== undefined) return found
  const known = profiles.map(({ name }) => name).join(', ')
  throw new ExportProblem(
    '',
    `is none of ${known}; ${listed(table)}; say what they are with --map day=…,model=…,cost_usd=…`,
  )
}

/** Names of columns are no secrets, but a file of another kind may have anything there. */
function listed({ columns }: Table): string {
  const names = columns.slice(0, 20).map((name) => name.replace(/[^\w .()/-]/g, '?').slice(0, 40))
  return `its columns are ${names.join(', ')}${columns.length > 20 ? ' …' : ''}`
}
