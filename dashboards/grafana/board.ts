import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { type Annotation, annotations } from '../catalog/annotations.ts'
import type { Board } from '../catalog/panel.ts'
import { grafana } from '../dialects/grafana.ts'
import { placesOf } from './layout.ts'
import { boardsLink, placed } from './links.ts'
import { grafanaPanel } from './panel.ts'
import { ClickHouseTarget, chosenDatasource } from './query.ts'
import { variablesFor } from './variables.ts'

/** Rows have numbers of their own, above those of panels. */
const firstRowId = 9001

export function grafanaBoard(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.question)
    .tags(['sidelight'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('30s')
    .time({ from: 'now-24h', to: 'now' })
    .timezone('browser')
    .variables(variablesFor(board.rows.flatMap(({ panels }) => panels)))
    .annotations(annotations.map(annotation))
    .link(boardsLink())
  let y = 0
  board.rows.forEach((row, index) => {
    builder.withRow(new RowBuilder(row.title).id(firstRowId + index).gridPos({ x: 0, y, w: 24, h: 1 }))
    const { places, bottom } = placesOf(row, y + 1)
    for (const place of places) builder.withPanel(grafanaPanel(place))
    y = bottom
  })
  return builder.build()
}

function annotation({ title, color, enabled, sql }: Annotation): Builder<AnnotationQuery> {
  return placed(
    new AnnotationQueryBuilder()
      .name(title)
      .datasource(chosenDatasource)
      .iconColor(color)
      .enable(enabled)
      .hide(false)
      .target(new ClickHouseTarget(sql(grafana), 'table')),
  )
}
