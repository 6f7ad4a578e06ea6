import * as v from 'valibot'
import { retention } from './retention.ts'
import { address, amount, duration, size } from './units.ts'

const expectedWarehouse = 'expected `embedded`, or a URL of http, https, ingest or ingests'

/** Of the embedded warehouse; any other has its own. */
const limits = v.strictObject({
  memory: v.optional(v.pipe(size, v.description('all queries together')), '2GiB'),
  queryMemory: v.optional(v.pipe(size, v.description('one query')), '1GiB'),
  queryTime: v.optional(v.pipe(duration, v.description('one query of a reader or the writer')), '60s'),
  resultRows: v.optional(v.pipe(amount, v.description('one result')), '10M'),
  resultBytes: v.optional(
    v.pipe(size, v.description('one result, where its format cannot be streamed')),
    '256MiB',
  ),
  body: v.optional(v.pipe(size, v.description('one request body, decompressed')), '256MiB'),
  queries: v.optional(v.pipe(amount, v.minValue(1), v.description('queries at once')), 8),
  waiting: v.optional(v.pipe(amount, v.description('queries that may wait for a place; more get a 429')), 64),
})

export const warehouse = v.strictObject({
  url: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:embedded|(?:https?|ingests?):\/\/[^\s/]+.*)$/, expectedWarehouse),
      v.check((url) => url === 'embedded' || URL.canParse(url), expectedWarehouse),
      v.description(
        'embedded, http(s)://user:${PASSWORD_VARIABLE}@host:port, or ingest(s)://:${TOKEN_VARIABLE}@host:port of an `ingest --listen`',
      ),
    ),
    'embedded',
  ),
  database: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a name of letters, digits and _')),
    'sidelight',
  ),
  listen: v.optional(
    v.pipe(address, v.description('where the embedded warehouse listens')),
    '127.0.0.1:4102',
  ),
  limits: v.optional(v.pipe(limits, v.description('of the embedded warehouse')), {}),
  retention: v.optional(v.pipe(retention, v.description('by table; `forever` keeps all')), {}),
  customers: v.optional(
    v.pipe(
      v.picklist(['few', 'many']),
      v.description('many: more than about 100,000 different customers; stored as plain text then'),
    ),
    'few',
  ),
})

export type WarehouseConfig = v.InferOutput<typeof warehouse>

export type LimitsConfig = v.InferOutput<typeof limits>
