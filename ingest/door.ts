import type { ClickHouseClient } from '@clickhouse/client'

/** What the schema, erasing and backups need of a warehouse: statements, and rows of a query. */
export interface Door {
  run(statement: string): Promise<void>
  rows<Row>(query: string): Promise<readonly Row[]>
}

export function doorOf(client: ClickHouseClient): Door {
  return {
    async run(statement) {
      await client.command({ query: statement })
    },
    async rows<Row>(query: string) {
      const result = await client.query({ query, format: 'JSONEachRow' })
      return result.json<Row>()
    },
  }
}
