import { type Columns, column, type RowOf } from '../column.ts'

/** Masked text of prompts and answers, kept only with `content.store: masked`, apart and for a short time. */
export const contentColumns = {
  ts: column('time', 'when the request arrived'),
  request_id: column('uuid', 'the request'),
  app: column('label', 'as in requests'),
  customer: column('label', 'as in requests'),
  route: column('label', 'as in requests'),
  prompt: column('document', 'masked messages as JSON'),
  answer: column('document', 'masked answer'),
  prompt_bytes: column('u32', 'size before it was cut', 'bytes'),
  answer_bytes: column('u32', 'size before it was cut', 'bytes'),
  truncated: column('bool', 'one of them was cut'),
  mask_rules_version: column('label', 'version of the masking rules'),
} as const satisfies Columns

export type ContentRow = RowOf<typeof contentColumns>
