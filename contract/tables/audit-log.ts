import { type Columns, column, type RowOf } from '../column.ts'

/** Who changed what: policies, masking rules, erasures, restores. Never values of customers. */
export const auditLogColumns = {
  ts: column('time', 'when it happened'),
  actor: column('label', 'who: the command, or the name of a person'),
  action: column('label', 'erase_customer, restore, policy_change …'),
  subject: column('label', 'what it was done to; a salted hash where that is a person or a customer'),
  salt: column('text', 'salt of that hash'),
  details: column('label_map', 'further facts by name'),
  counts: column('amount_map', 'rows concerned, by table'),
} as const satisfies Columns

export type AuditLogRow = RowOf<typeof auditLogColumns>
