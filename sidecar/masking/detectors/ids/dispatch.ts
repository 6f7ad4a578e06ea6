import type { IdRule } from './rule.ts'

/** Rules by what is known before anything is cut out of the text: number of characters, digits alone or not, layout. */
export interface Dispatch {
  /** [digits alone ? 1 : 0][length], rules that a single token can meet. */
  readonly single: readonly [readonly LayoutRules[], readonly LayoutRules[]]
  /** Runs of tokens, by layout. */
  readonly layouts: ReadonlyMap<number, LayoutRules>
  /** Whether a layout may be one of them, by the low bits of its number: most runs are told from all by this. */
  readonly mayBeLayout: Uint8Array
}

const layoutBits = 0xffff
export const mayBe = ({ mayBeLayout }: Dispatch, key: number): boolean => mayBeLayout[key & layoutBits] === 1

export interface LayoutRules {
  readonly rules: readonly IdRule[]
  /** Those of them that this layout proves without a word. */
  readonly alone: ReadonlySet<IdRule>
}

export const lengthLeast = 7
export const lengthMost = 34
export const tokensMost = 9

/** One step of the number that stands for a layout; what collides is told apart by the shape. */
export const layoutStep = (key: number, length: number, separator: number): number =>
  Math.imul(key ^ (length * 128 + separator), 0x9e3779b1) & 0x3fffffff

export const layoutStart = 17

export function createDispatch(rules: readonly IdRule[]): Dispatch {
  const single = [emptyLists(), emptyLists()] as const
  const layouts = new Map<number, { rules: IdRule[]; alone: Set<IdRule> }>()
  for (const rule of rules) {
    for (const length of rule.lengths)
      for (const kind of kindsOf(rule)) {
        single[kind][length]?.rules.push(rule)
        if (firesAsOneToken(rule, length)) single[kind][length]?.alone.add(rule)
      }
    for (const layout of rule.layouts ?? []) addLayout(layouts, layout, rule, rule.class !== 'context')
    for (const layout of rule.looseLayouts ?? []) addLayout(layouts, layout, rule, false)
  }
  const mayBeLayout = new Uint8Array(layoutBits + 1)
  for (const key of layouts.keys()) mayBeLayout[key & layoutBits] = 1
  return { single, layouts, mayBeLayout }
}

const emptyLists = () =>
  Array.from({ length: lengthMost + 1 }, () => ({ rules: [] as IdRule[], alone: new Set<IdRule>() }))

/** Whether the shape can be digits alone (1), hold letters (0), or both: asked of the shape itself. */
function kindsOf({ shape }: IdRule): readonly (0 | 1)[] {
  const letters = /[A-Z]/.test(shape.source.replaceAll('\\d', ''))
  const startsWithLetter = /^\^(?:\(\?![^)]*\))?(?:\[[A-Z-]+\]|[A-Z]|\(\?:\[?[A-Z])/.test(shape.source)
  if (!letters) return [1]
  return startsWithLetter ? [0] : [0, 1]
}

function addLayout(
  layouts: Map<number, { rules: IdRule[]; alone: Set<IdRule> }>,
  layout: string,
  rule: IdRule,
  firesAlone: boolean,
): void {
  const isSingle = /^\d+$/.test(layout)
  const variants = layout.includes('~')
    ? [layout.replaceAll('~', ' '), layout.replaceAll('~', '-')]
    : [layout]
  for (const variant of isSingle ? [] : variants) {
    const key = layoutKey(variant)
    const entry = layouts.get(key) ?? { rules: [], alone: new Set() }
    entry.rules.push(rule)
    if (firesAlone) entry.alone.add(rule)
    layouts.set(key, entry)
  }
}

function layoutKey(layout: string): number {
  let key = layoutStart
  for (const [, separator = '', length = ''] of layout.matchAll(/(\D?)(\d+)/g))
    key = layoutStep(key, Number(length), separator === '' ? 0 : separator.charCodeAt(0))
  return key
}

/** A layout of one token is written as its length. */
const firesAsOneToken = (rule: IdRule, length: number): boolean =>
  rule.class === 'strong' || (rule.class === 'formatted' && rule.layouts?.includes(String(length)) === true)
