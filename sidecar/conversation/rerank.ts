import type { Usage } from '../../contract/usage.ts'

export interface RerankRequest {
  readonly model: string
  readonly query: string
  readonly documents: readonly string[]
  readonly topN?: number
  readonly returnDocuments?: boolean
  readonly dropped: readonly string[]
}

export interface RerankAnswer {
  readonly id?: string
  readonly results: readonly { readonly index: number; readonly score: number }[]
  readonly usage?: Usage
}
