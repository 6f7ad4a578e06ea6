import { parseKeyPairsIntoRecord } from '@opentelemetry/core'
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { Environment } from '../../contract/config/load.ts'

/** What the standard variables say. They are read here, not by the SDK, which only knows the process's own. */
export interface OtelSettings {
  readonly url: string
  readonly headers: Record<string, string>
  readonly resource: Resource
  readonly sampler: Sampler
  readonly delayMs: number
  readonly queueSpansMax: number
  readonly exportMs: number
}

export function otelSettings(environment: Environment): OtelSettings {
  return {
    url: urlOf(environment),
    headers: {
      ...parseKeyPairsIntoRecord(environment['OTEL_EXPORTER_OTLP_HEADERS']),
      ...parseKeyPairsIntoRecord(environment['OTEL_EXPORTER_OTLP_TRACES_HEADERS']),
    },
    resource: resourceOf(environment),
    sampler: samplerOf(environment),
    delayMs: positiveOf(environment['OTEL_BSP_SCHEDULE_DELAY'], 5000),
    // Two spans a request, some 2 kB each: a collector may miss 2,000 requests, at a cost of 8 MB.
    queueSpansMax: positiveOf(environment['OTEL_BSP_MAX_QUEUE_SIZE'], 4096),
    // Half of the usual time, retries included: what is tried at the end may keep the process this long.
    exportMs: positiveOf(
      environment['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] ?? environment['OTEL_EXPORTER_OTLP_TIMEOUT'],
      5000,
    ),
  }
}

/** The variable for traces is the whole address; the general one is the root of all signals. */
function urlOf(environment: Environment): string {
  const own = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  if (own) return own
  return `${(environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '').replace(/\/+$/, '')}/v1/traces`
}

function resourceOf(environment: Environment): Resource {
  const given = parseKeyPairsIntoRecord(environment['OTEL_RESOURCE_ATTRIBUTES'])
  const name = environment['OTEL_SERVICE_NAME'] || given['service.name'] || 'sidelight'
  return defaultResource().merge(resourceFromAttributes({ ...given, 'service.name': name }))
}

function samplerOf(environment: Environment): Sampler {
  const ratio = Math.min(1, numberOf(environment['OTEL_TRACES_SAMPLER_ARG'], 1))
  switch (environment['OTEL_TRACES_SAMPLER']) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio)
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
  }
}

/** The SDK throws at a zero here, and a sidecar must not fail to start over its traces. */
function positiveOf(text: string | undefined, otherwise: number): number {
  const value = numberOf(text, otherwise)
  return value === 0 ? otherwise : value
}

function numberOf(text: string | undefined, otherwise: number): number {
  const value = Number(text)
  return text === undefined || text === '' || !Number.isFinite(value) || value < 0 ? otherwise : value
}
