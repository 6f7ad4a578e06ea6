import type { Migration } from './step.ts'

/** A provider may have several keys and addresses: which of them a call went to. */
export const targets: Migration = {
  version: 6,
  name: 'targets',
  steps: [{ kind: 'add_columns', table: 'attempts', columns: 'target label' }],
}
