import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { BoardUid } from '../catalog/panel.ts'
import { multiVariables, type VarName } from '../dialects/variables.ts'

/** With its default placement Grafana hides a link; the SDK has no way not to set it. */
export function placed<T extends { placement?: unknown }>(builder: Builder<T>): Builder<T> {
  return {
    build() {
      const { placement: _, ...rest } = builder.build()
      return rest as T
    },
  }
}

/** All boards, with the range and the filters as they are. */
export function boardsLink(): Builder<DashboardLink> {
  return placed(
    new DashboardLinkBuilder('Sidelight')
      .type(DashboardLinkType.Dashboards)
      .tags(['sidelight'])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
  )
}

/** To a board with one variable set and all others kept; a variable in the address twice would hold both. */
export function drillDown(board: BoardUid, variable: VarName, value: string): string {
  const others = multiVariables.filter((name) => name !== variable).map((name) => `\${${name}:queryparam}`)
  return `/d/${board}?\${__url_time_range}&${others.join('&')}&var-${variable}=${value}`
}

export const ofCell = '${__value.raw:percentencode}'
export const ofSeries = (label: string) => `\${__field.labels.${label}:percentencode}`
