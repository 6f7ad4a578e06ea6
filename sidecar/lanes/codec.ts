import { GatewayError } from '../../contract/errors.ts'
import type { Json, JsonObject } from '../../contract/json.ts'
import type { Usage } from '../../contract/usage.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../conversation/embedding.ts'
import type { RerankAnswer, RerankRequest } from '../conversation/rerank.ts'
import type { DialectName } from '../dialects/dialect.ts'
import type { FormatName, WrittenRequest } from '../formats/format.ts'
import type { Operation, ProviderKind } from '../providers/provider.ts'
import type { Candidate } from '../routing/route.ts'
import { embeddingReaders, embeddingWriters, rerankReaders, rerankWriters } from './codecs.ts'
import type { Lane } from './lane.ts'
import { framerFor } from './pass.ts'

export interface CodecAsk {
  readonly operation: Operation
  readonly dialect: DialectName
  readonly format: FormatName
  readonly body: JsonObject
  readonly candidate: Candidate
  readonly requestId: string
  readonly path: string
}

/** How a caller writes a small request, and how it wants the answer. */
export interface CallerCodec<Request, Answer> {
  read(body: JsonObject, path: string, model: string): Request
  write(answer: Answer, request: Request, from: { readonly requestId: string; readonly path: string }): Json
}

/** How a provider wants it, and what its answer says. */
export interface ProviderCodec<Request, Answer> {
  write(request: Request, to: { readonly model: string; readonly kind: ProviderKind }): WrittenRequest
  read(answer: Json): Answer
}

/** Embeddings and reranking between vendors: one body there, one back, no streams. */
export function codecLane(ask: CodecAsk): Lane {
  if (ask.operation === 'embeddings') {
    return lane<EmbeddingRequest, EmbeddingAnswer>(
      ask,
      embeddingReaders[ask.dialect],
      embeddingWriters[ask.format],
    )
  }
  if (ask.operation === 'rerank') {
    return lane<RerankRequest, RerankAnswer>(ask, rerankReaders[ask.dialect], rerankWriters[ask.format])
  }
  throw new GatewayError('endpoint_unsupported')
}

function lane<
  Request extends { readonly dropped: readonly string[] },
  Answer extends { readonly usage?: Usage },
>(
  ask: CodecAsk,
  caller: CallerCodec<Request, Answer> | undefined,
  provider: ProviderCodec<Request, Answer> | undefined,
): Lane {
  if (caller === undefined || provider === undefined) throw new GatewayError('endpoint_unsupported')
  const { candidate } = ask
  const format = candidate.provider.formats[ask.format]
  const request = caller.read(ask.body, ask.path, candidate.model)
  const written = provider.write(request, { model: candidate.model, kind: candidate.provider.settings.kind })
  return {
    format: ask.format,
    translates: true,
    body: [Buffer.from(JSON.stringify({ ...written.body, ...candidate.params }))],
    dropped: [...new Set([...request.dropped, ...written.dropped])],
    isPrefilled: false,
    impliedUsage: undefined,
    framer: () => framerFor(format, false),
    streamReader: () => format.streamReader(candidate.target.quirks),
    translator: () => undefined,
    resume: () => undefined,
    closing: () => '',
    hides: () => false,
    summarize: (answer) => {
      const { usage } = provider.read(answer)
      return usage === undefined ? {} : { usage }
    },
    eventsOf: () => [],
    contentOf: () => '',
    faultIn: (answer) => format.faultIn(answer),
    readFault: (status, headers, body) => format.readFault(status, headers, body),
    translateAnswer: (answer) => caller.write(provider.read(answer), request, ask),
    streamOf: () => undefined,
  }
}
