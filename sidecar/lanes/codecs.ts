import type { EmbeddingAnswer, EmbeddingRequest } from '../conversation/embedding.ts'
import type { RerankAnswer, RerankRequest } from '../conversation/rerank.ts'
import type { DialectName } from '../dialects/dialect.ts'
import * as openaiEmbeddings from '../dialects/embeddings/embeddings.ts'
import * as geminiCallers from '../dialects/gemini/embeddings.ts'
import * as rerank from '../dialects/rerank/rerank.ts'
import * as openaiFormat from '../formats/chat/embeddings.ts'
import * as cohereEmbeddings from '../formats/cohere/embeddings.ts'
import * as cohereRerank from '../formats/cohere/rerank.ts'
import type { FormatName } from '../formats/format.ts'
import * as geminiEmbeddings from '../formats/gemini/embeddings.ts'
import { vertexEmbeddingMethod } from '../providers/vertex/models.ts'
import type { CallerCodec, ProviderCodec } from './codec.ts'

/** Embeddings and reranking: who reads which caller, and who writes for which provider. */

type EmbeddingCaller = CallerCodec<EmbeddingRequest, EmbeddingAnswer>
type EmbeddingProvider = ProviderCodec<EmbeddingRequest, EmbeddingAnswer>

const methodOf = (path: string) =>
  path.includes(':batchEmbedContents') ? 'batchEmbedContents' : 'embedContent'

const openaiCaller: EmbeddingCaller = {
  read: (body) => openaiEmbeddings.readEmbeddingRequest(body),
  write: (answer, request) => openaiEmbeddings.writeEmbeddingAnswer(answer, request),
}

export const embeddingReaders: Readonly<Partial<Record<DialectName, EmbeddingCaller>>> = {
  chat: openaiCaller,
  gemini: {
    read: (body, path, model) => geminiCallers.readEmbeddingRequest(body, { model, method: methodOf(path) }),
    write: (answer, _request, from) => geminiCallers.writeEmbeddingAnswer(answer, methodOf(from.path)),
  },
}

export const embeddingWriters: Readonly<Partial<Record<FormatName, EmbeddingProvider>>> = {
  chat: {
    write: (request, { model }) => openaiFormat.writeEmbeddingRequest(request, model),
    read: (answer) => openaiFormat.readEmbeddingAnswer(answer),
  },
  gemini: {
    write: (request, { model, kind }) =>
      geminiEmbeddings.writeEmbeddingRequest(
        { ...request, model },
        kind === 'vertex' ? vertexEmbeddingMethod(model) : 'batchEmbedContents',
      ),
    read: (answer) => geminiEmbeddings.readEmbeddingAnswer(answer),
  },
  cohere: {
    write: (request, { model }) => cohereEmbeddings.writeEmbeddingRequest(request, model),
    read: (answer) => cohereEmbeddings.readEmbeddingAnswer(answer),
  },
}

export const rerankReaders: Readonly<Partial<Record<DialectName, CallerCodec<RerankRequest, RerankAnswer>>>> =
  {
    chat: {
      read: (body) => rerank.readRerankRequest(body),
      write: (answer, request, from) => rerank.writeRerankAnswer(answer, request, from.requestId),
    },
  }

export const rerankWriters: Readonly<
  Partial<Record<FormatName, ProviderCodec<RerankRequest, RerankAnswer>>>
> = {
  cohere: {
    write: (request, { model }) => cohereRerank.writeRerankRequest(request, model),
    read: (answer) => cohereRerank.readRerankAnswer(answer),
  },
}
