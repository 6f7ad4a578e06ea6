import type { Context } from '../context.ts'

/** Whether an earlier answer serves. Nothing is cached yet, so none does. */
export function recall(context: Context): void {
  context.cache = 'off'
}
