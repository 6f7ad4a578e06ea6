import type { Migration } from './step.ts'

/** Sidecars look for what came since they last looked. */
export const cacheEntries: Migration = {
  version: 9,
  name: 'cache_entries',
  steps: [
    {
      kind: 'table',
      name: 'cache_entries',
      columns: `
        ts time
        entry_id text
        app label
        customer label
        route label
        provider label
        model label
        tags label_map
        exact_key text
        compat_key text
        owner text
        language label
        question document
        answer document
        life_ms amount_map
        took_ms ms
        cost_usd money?
        mask_rules_version label
      `,
      engine: 'MergeTree',
      partitionBy: 'toDate(ts)',
      orderBy: '(ts, exact_key)',
      shardBy: 'cityHash64(exact_key)',
    },
  ],
}
