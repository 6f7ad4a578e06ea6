import type { Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane, StreamTranslator } from '../../lanes/lane.ts'
import { showable } from '../../recovery/delivered.ts'
import { GoingOnEvents } from '../../recovery/going-on.ts'
import { PrefilledSeam } from '../../recovery/prefilled-seam.ts'
import type { RecoveryMode } from '../../recovery/recoveries.ts'
import { AskedSeam, type Seam } from '../../recovery/seam.ts'
import type { Services } from '../../services.ts'
import { hasSuccessor, type SuccessorAsk } from '../dispatch/successor.ts'
import { type Remains, recoveryMode, told } from './death.ts'
import { ContinuedOutput } from './output.ts'
import type { StreamAnswer } from './stream.ts'

/** What is done for a caller whose stream died. */
export type Plan =
  /** It has nothing yet: any answer will do, from its own beginning. */
  | { readonly mode: 'hold_back'; readonly ask: SuccessorAsk }
  | {
      readonly mode: 'stitch' | 'restart'
      readonly ask: SuccessorAsk
      /** Writes what follows what the caller has. */
      readonly translator: StreamTranslator
      readonly told: string
    }

/** Undefined: nobody can go on, and the caller is told so. */
export function planFor(
  context: Context,
  services: Services,
  from: { remains: Remains; answer: StreamAnswer; fault: Fault },
): Plan | undefined {
  const { remains, answer, fault } = from
  const mode = remains.output.hasFailed ? 'error' : recoveryMode(context, remains)
  if (mode === 'error') return undefined
  const text = told(remains) ?? ''
  const { deadlineMs, attempt } = answer
  const continues = mode === 'stitch' ? { text } : undefined
  const isBegun = mode !== 'hold_back'
  const ask: SuccessorAsk = {
    fault,
    candidate: attempt.candidate,
    target: attempt.target,
    continues,
    isBegun,
    deadlineMs,
  }
  if (!hasSuccessor(context, services, ask)) return undefined
  if (mode === 'hold_back') return { mode, ask }
  const translator = remains.output.translator ?? answer.lane.resume(answer.stream.position())
  return translator === undefined ? undefined : { mode, ask, translator, told: text }
}

/** How the second answer is told behind the first. */
export function outputFor(plan: Exclude<Plan, { mode: 'hold_back' }>, lane: Lane): ContinuedOutput {
  const { translator, told: text, mode } = plan
  if (mode === 'restart') return new ContinuedOutput(translator, new GoingOnEvents('', open))
  return new ContinuedOutput(translator, new GoingOnEvents(text, seamFor(text, lane)))
}

function seamFor(text: string, lane: Lane): Seam {
  if (!lane.isPrefilled) return new AskedSeam(text)
  return new PrefilledSeam(text, showable(text, true).kept)
}

/** Nothing is joined: the second answer stands for itself. */
const open: Seam = { push: (text) => text, end: () => '' }

/** Readers of events see the comment, which has no place in a JSON array; readers of text the words. */
const restartComment = ': sidelight: the answer starts again\n\n'
const restartWords = '\n\n[The answer was cut off here and starts again.]\n\n'

/** What stands between the two answers: nothing before it belongs to the one that follows. */
export function restartText(
  { translator }: { readonly translator: StreamTranslator },
  isJsonArray: boolean,
): string {
  const words = translator.write({ type: 'text', choice: 0, text: restartWords })
  return isJsonArray ? words : restartComment + words
}

export function countRecovery(services: Services, mode: RecoveryMode, outcome: 'completed' | 'failed'): void {
  services.recoveries.add({ mode, outcome })
}
