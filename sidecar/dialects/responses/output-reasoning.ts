import type { JsonObject } from '../../../contract/json.ts'
import { addItem, finishItem, type Inherited, nextId, type Output } from './items.ts'
import { type Proof, sealProof } from './proof.ts'

export interface ReasoningWriter {
  write(text: string): void
  /** Ends the open item with its proof, or makes an item of the proof alone. */
  prove(proof: Proof): void
  close(): void
}

/**
 * Thinking goes into the summary, not into `reasoning_text`: every reasoning item must have a summary and
 * clients show it, whereas reasoning_text is known only from hosts of open-weight models and most clients
 * skip it.
 */
export function reasoningWriter(output: Output, inherited?: Inherited): ReasoningWriter {
  let open: { id: string; index: number; text: string } | undefined = inherited && { ...inherited }

  const start = (firstText: boolean) => {
    const id = nextId(output, 'rs')
    open = { id, index: addItem(output, { id, type: 'reasoning', summary: [] }), text: '' }
    if (firstText) {
      output.emit('response.reasoning_summary_part.added', { ...place(open), part: summaryPart('') })
    }
    return open
  }
  const finish = (proof: Proof | undefined) => {
    if (open === undefined) return
    const { id, index, text } = open
    if (text !== '') {
      output.emit('response.reasoning_summary_text.done', { ...place(open), text })
      output.emit('response.reasoning_summary_part.done', { ...place(open), part: summaryPart(text) })
    }
    finishItem(output, index, {
      id,
      type: 'reasoning',
      summary: text === '' ? [] : [summaryPart(text)],
      ...(proof && { encrypted_content: sealProof(proof) }),
    })
    open = undefined
  }

  return {
    write(text) {
      const item = open ?? start(true)
      item.text += text
      output.emit('response.reasoning_summary_text.delta', { ...place(item), delta: text })
    },
    prove(proof) {
      if (open === undefined) start(false)
      finish(proof)
    },
    close: () => finish(undefined),
  }
}

function place(item: { id: string; index: number }): JsonObject {
  return { item_id: item.id, output_index: item.index, summary_index: 0 }
}

function summaryPart(text: string): JsonObject {
  return { type: 'summary_text', text }
}
