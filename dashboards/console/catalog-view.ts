import type { Board, Panel } from '../catalog/panel.ts'
import { multiVariables, numberDefaults } from '../dialects/variables.ts'

/** The boards as the page draws them: everything but the statements. */
export function catalogView(boards: readonly Board[]) {
  return {
    boards: boards.map(({ uid, title, question, rows }) => ({
      uid,
      title,
      question,
      rows: rows.map((row) => ({ title: row.title, panels: row.panels.map(panelView) })),
    })),
    variables: multiVariables,
    numbers: numberDefaults,
  }
}

function panelView(panel: Panel) {
  const { id, title, description, viz, unit, empty, kind, filters, by, columns, stacked } = panel
  const ignores = multiVariables.filter((name) => !filters.includes(name))
  return { id, title, description, viz, unit, empty, kind, filters, ignores, by, columns, stacked }
}
