import type { Json, JsonObject } from '../../../contract/json.ts'
import { baseModel, type Controls } from './controls.ts'
import type { PromptCache } from './prompt-cache.ts'
import { exampleOf } from './schema.ts'
import { cut, digest, drawFrom, estimateTokens, numbersAfter, prose } from './text.ts'

/** What a request asks for, in no format's words. */
export interface Ask {
  readonly model: string
  /** All text of the prompt, system and tool results included. */
  readonly prompt: string
  readonly lastUserText: string
  /** Of the last turn that is the assistant's. */
  readonly lastAssistantText: string
  readonly mediaParts: number
  readonly maxTokens: number | undefined
  readonly stream: boolean
  readonly tools: readonly SimulatedTool[]
  readonly toolChoice: { readonly mode: 'auto' | 'required' | 'none'; readonly names?: readonly string[] }
  readonly parallelCalls: boolean
  /** The last turn brings tool results: time for words. */
  readonly afterTool: boolean
  readonly format: { readonly schema: JsonObject } | undefined
  readonly thinking: 'off' | 'hidden' | 'shown'
  /** Anthropic caches only what is marked; the others cache by themselves. */
  readonly caching: 'automatic' | 'marked' | 'none'
}

export interface SimulatedTool {
  readonly name: string
  readonly parameters: JsonObject
}

export interface Plan {
  /** Names the answer: unique per request, the same prompt in the same order gives the same. */
  readonly id: string
  readonly thinking: readonly string[]
  readonly text: readonly string[]
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: Json }[]
  readonly finish: 'stop' | 'length' | 'tool' | 'filter'
  readonly usage: PlanUsage
}

export interface PlanUsage {
  /** Uncached input. */
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  /** Reasoning included. */
  readonly output: number
  readonly reasoning: number
}

export const noUsage: PlanUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** Rounded from vendors' own rule for small images. */
const tokensPerMedia = 85
const defaultTokensLeast = 24
const defaultTokensSpread = 96

export interface Planning {
  readonly controls: Controls
  readonly cache: PromptCache
  /** Counts requests of this server. */
  readonly serial: number
}

export function planAnswer(ask: Ask, planning: Planning, choice = 0): Plan {
  const seed = digest(`${choice} ${baseModel(ask.model)} ${ask.prompt}`)
  const id = `${seed.slice(0, 12)}${planning.serial.toString(16).padStart(8, '0')}`
  const input = inputUsage(ask, planning)
  // Formats without an error for it say so in an answer without words.
  if (planning.controls.refuse === 'filter')
    return { id, thinking: [], text: [], calls: [], finish: 'filter', usage: { ...noUsage, ...input } }
  const calls = callsFor(ask, planning.controls, id)
  if (calls.length > 0) {
    const output = calls.reduce((sum, call) => sum + estimateTokens(JSON.stringify(call)), 0)
    return { id, thinking: [], text: [], calls, finish: 'tool', usage: { ...input, output, reasoning: 0 } }
  }
  return { id, calls, ...wordsFor(ask, planning.controls, seed, input) }
}

function wordsFor(
  ask: Ask,
  controls: Controls,
  seed: string,
  input: Omit<PlanUsage, 'output' | 'reasoning'>,
) {
  const draw = drawFrom(seed)
  const most = ask.maxTokens ?? Number.POSITIVE_INFINITY
  const thinks = ask.thinking !== 'off' || controls.think
  const thinking = thinks ? prose(`think ${seed}`, Math.min(16 + draw(32), Math.floor(most / 2))) : []
  const wanted = wantedText(
    ask,
    controls,
    seed,
    controls.tokens ?? defaultTokensLeast + draw(defaultTokensSpread),
  )
  const text = wanted.slice(0, Math.max(0, most - thinking.length))
  const finish = text.length < wanted.length ? ('length' as const) : ('stop' as const)
  const usage = { ...input, output: text.length + thinking.length, reasoning: thinking.length }
  return { thinking, text, finish, usage }
}

function wantedText(ask: Ask, controls: Controls, seed: string, tokens: number): string[] {
  if (controls.text === 'numbers') return numbersAfter(ask.lastAssistantText, tokens)
  if (ask.format) return cut(JSON.stringify(exampleOf(ask.format.schema, drawFrom(seed))))
  if (controls.echo) return cut(ask.lastUserText)
  return prose(seed, tokens)
}

function inputUsage(ask: Ask, { controls, cache }: Planning) {
  const tools = ask.tools.length > 0 ? estimateTokens(JSON.stringify(ask.tools)) : 0
  const total = Math.max(1, estimateTokens(ask.prompt) + tools + ask.mediaParts * tokensPerMedia)
  const found = ask.caching === 'none' ? { read: 0, fresh: 0 } : cache.look(ask.prompt)
  const cacheRead = Math.min(total, controls.cached ?? found.read)
  const fresh = controls.written ?? (ask.caching === 'marked' ? found.fresh : 0)
  const cacheWrite = Math.min(total - cacheRead, fresh)
  return { input: total - cacheRead - cacheWrite, cacheRead, cacheWrite }
}

/** A tool is called when the caller insists, or when the last user text names it. */
function callsFor(ask: Ask, controls: Controls, id: string) {
  if (controls.text === 'numbers') return []
  const { mode, names } = ask.toolChoice
  if (mode === 'none' || (ask.afterTool && mode === 'auto')) return []
  const allowed = names ? ask.tools.filter((tool) => names.includes(tool.name)) : ask.tools
  const text = ask.lastUserText.toLowerCase()
  const named = allowed.filter((tool) => mentions(text, tool.name))
  const insisted = mode === 'required' || (controls.calls ?? 0) > 0 ? allowed.slice(0, 1) : []
  const chosen = named.length > 0 ? named : insisted
  const twice = chosen.length === 1 && text.includes('parallel') ? 2 : chosen.length
  const count = ask.parallelCalls ? (controls.calls ?? twice) : Math.min(1, chosen.length)
  return chosen.length === 0 ? [] : Array.from({ length: count }, (_, k) => callOf(chosen, k, id))
}

function callOf(chosen: readonly SimulatedTool[], k: number, id: string) {
  const tool = chosen[k % chosen.length] as SimulatedTool
  return {
    id: `${id}${k}`,
    name: tool.name,
    arguments: exampleOf(tool.parameters, drawFrom(`${tool.name} ${k}`)),
  }
}

function mentions(text: string, name: string): boolean {
  const plain = name.toLowerCase()
  return text.includes(plain) || text.includes(plain.replaceAll(/[_-]/g, ' '))
}
