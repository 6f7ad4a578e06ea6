import type { Context } from '../context.ts'
import type { Services } from '../services.ts'

/** With `durability: strict` an answer ends when its record would survive a power cut, and not otherwise. */
export function confirm(context: Context, services: Services): void | Promise<void> {
  const { caller } = context
  if (!caller.isHeld) return
  return services.sink.flushed().then(
    () => caller.release(),
    () => caller.destroy(),
  )
}
