import type { PanelDraft } from './panel.ts'

type Rest<K extends keyof PanelDraft> = Omit<PanelDraft, K> & Partial<Pick<PanelDraft, K>>

/** One row of one or a few numbers. */
export const stat = (draft: Rest<'viz' | 'kind' | 'empty'>): PanelDraft => ({
  viz: 'stat',
  kind: 'table',
  empty: 'gap',
  ...draft,
})

/** Lines over time; `empty` has no default, because only the author knows whether nothing is zero. */
export const series = (draft: Rest<'viz' | 'kind'>): PanelDraft => ({
  viz: 'timeseries',
  kind: 'timeseries',
  ...draft,
})

export const table = (draft: Rest<'viz' | 'kind' | 'empty' | 'unit'>): PanelDraft => ({
  viz: 'table',
  kind: 'table',
  empty: 'gap',
  unit: 'text',
  ...draft,
})

/** Names and one length each. */
export const bars = (draft: Rest<'viz' | 'kind' | 'empty'>): PanelDraft => ({
  viz: 'bars',
  kind: 'table',
  empty: 'gap',
  ...draft,
})
