import type { AnswerEvent } from '../../conversation/answer.ts'
import type { MessagesPosition } from '../../conversation/position.ts'
import { JsonProgress } from './json-progress.ts'
import { wrapProof } from './signature.ts'

/** A block of the answer as far as it is known. `pieces` are its text in the parts it came in. */
export type Block =
  | { readonly type: 'text'; readonly pieces: string[] }
  | { readonly type: 'thinking'; readonly pieces: string[]; signature: string | undefined }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | {
      readonly type: 'tool_use'
      readonly call: number
      readonly id: string
      readonly name: string
      readonly pieces: string[]
      readonly progress: JsonProgress
    }
  | { readonly type: 'media'; readonly mediaType: string; readonly data: string }

/** Nothing of it is left to say but that it is over. */
const written: Block = { type: 'redacted_thinking', data: '' }

type CallBlock = Extract<Block, { type: 'tool_use' }>
type ProofEvent = Extract<AnswerEvent, { type: 'thinking_proof' }>

/**
 * Puts the events of an answer in order of blocks. The whole answer and the stream are both written from
 * it, so they cannot differ.
 */
export class ContentBlocks {
  readonly blocks: Block[] = []
  /** The model refused in words: Anthropic says that with the stop reason. */
  hasRefusal = false
  hasCalls = false
  readonly #calls = new Map<number, CallBlock>()

  /** The blocks somebody else has written: empty, but for a text that goes on. */
  resume({ index, open }: MessagesPosition): void {
    while (this.blocks.length < index) this.blocks.push(written)
    if (open === 'text') this.blocks.push({ type: 'text', pieces: [] })
    // Its own proof will never come, and without one its vendor would refuse to see it again: ours says whose it is.
    else if (open === 'thinking')
      this.blocks.push({ type: 'thinking', pieces: [], signature: wrapProof({ issuer: 'other' }) })
    else if (open === 'other') this.blocks.push(written)
  }

  add(event: AnswerEvent): void {
    // The dialect gives one answer; further choices have no place in it.
    if ('choice' in event && event.choice !== 0) return
    switch (event.type) {
      case 'text':
      case 'refusal':
        this.hasRefusal ||= event.type === 'refusal' && event.text !== ''
        this.#addText(event.text)
        break
      case 'thinking':
        this.#addThinking(event.text)
        break
      case 'thinking_proof':
        this.#addProof(event)
        break
      case 'tool_call':
        this.#addCall(event)
        break
      case 'tool_arguments':
        this.#addArguments(event.call, event.json)
        break
      case 'media':
        this.blocks.push({ type: 'media', mediaType: event.mediaType, data: event.data })
        break
      default:
        break
    }
  }

  #addText(text: string): void {
    if (text === '') return
    const last = this.blocks.at(-1)
    if (last?.type === 'text') last.pieces.push(text)
    else this.blocks.push({ type: 'text', pieces: [text] })
  }

  #addThinking(text: string): void {
    if (text === '') return
    const last = this.blocks.at(-1)
    if (last?.type === 'thinking' && last.signature === undefined) last.pieces.push(text)
    else this.blocks.push({ type: 'thinking', pieces: [text], signature: undefined })
  }

  #addProof(event: ProofEvent): void {
    const { type: _type, choice: _choice, ...proof } = event
    const last = this.blocks.at(-1)
    const open = last?.type === 'thinking' && last.signature === undefined ? last : undefined
    const isOwn = proof.issuer === 'anthropic'
    if (isOwn && proof.redacted !== undefined) {
      this.blocks.push({ type: 'redacted_thinking', data: proof.redacted })
      return
    }
    const signature = isOwn ? (proof.signature ?? '') : wrapProof(proof)
    if (open !== undefined) open.signature = signature
    else if (isOwn || proof.redacted === undefined)
      this.blocks.push({ type: 'thinking', pieces: [], signature })
    else this.blocks.push({ type: 'redacted_thinking', data: signature })
  }

  #addCall(event: Extract<AnswerEvent, { type: 'tool_call' }>): void {
    this.hasCalls = true
    // Some hosts repeat id and name with every chunk.
    if (this.#calls.has(event.call)) return
    const { call, id, name } = event
    const block: CallBlock = { type: 'tool_use', call, id, name, pieces: [], progress: new JsonProgress() }
    this.#calls.set(call, block)
    this.blocks.push(block)
  }

  #addArguments(call: number, json: string): void {
    const block = this.#calls.get(call)
    if (block === undefined || json === '') return
    block.pieces.push(json)
    block.progress.push(json)
  }
}
