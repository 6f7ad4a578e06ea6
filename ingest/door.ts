import type { ClickHouseClient } from '@clickhouse/client'

export type Parameters = Readonly<Record<string, string>>

/** What the schema, erasing and backups need of a warehouse: statements, and rows of a query. */
export interface Door {
  /** A parameter stands in the statement as `{name:String}`. */
  run(statement: string, parameters?: Parameters): Promise<void>
  rows<Row>(query: string, parameters?: Parameters): Promise<readonly Row[]>
}

export function doorOf(client: ClickHouseClient): Door {
  return {
    async run(statement, parameters = {}) {
      await client.command({ query: statement, query_params: parameters })
    },
    async rows<Row>(query: string, parameters: Parameters = {}) {
      const result = await client.query({ query, format: 'JSONEachRow', query_params: parameters })
      return result.json<Row>()
    },
  }
}
