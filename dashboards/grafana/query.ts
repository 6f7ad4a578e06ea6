import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'

/** Of the plugin whose form of a query this is; older ones are migrated by it. */
export const pluginVersion = '4.20.0'
export const datasourceType = 'grafana-clickhouse-datasource'
export const chosenDatasource = { type: datasourceType, uid: '${datasource}' }

export interface ClickHouseQuery {
  readonly refId: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly pluginVersion: string
  readonly editorType: 'sql'
  readonly queryType: 'timeseries' | 'table'
  readonly format: 0 | 1
  readonly rawSql: string
}

export function clickHouseQuery(
  rawSql: string,
  kind: 'timeseries' | 'table',
  datasource = chosenDatasource,
): ClickHouseQuery {
  const format = kind === 'timeseries' ? 0 : 1
  return { refId: 'A', datasource, pluginVersion, editorType: 'sql', queryType: kind, format, rawSql }
}

/** The SDK has no builder for ClickHouse; it takes anything that builds a query. */
export class ClickHouseTarget implements Builder<Dataquery> {
  readonly #query: ClickHouseQuery

  constructor(rawSql: string, kind: 'timeseries' | 'table') {
    this.#query = clickHouseQuery(rawSql, kind)
  }

  build(): Dataquery {
    return { ...this.#query, _implementsDataqueryVariant() {} }
  }
}
