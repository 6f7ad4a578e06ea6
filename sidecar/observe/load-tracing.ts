import type { Environment } from '../../contract/config/load.ts'
import type { Log } from './log.ts'
import type { Tracing } from './tracing.ts'

/** Loads the OpenTelemetry SDK only when an endpoint is configured: it would cost every other user its memory. */
export async function loadTracing(environment: Environment, log: Log): Promise<Tracing | undefined> {
  const endpoint =
    environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (!endpoint || isOff(environment)) return undefined
  const url = URL.parse(endpoint)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    log.warn('traces are not exported: the OTLP endpoint must be an http:// or https:// address')
    return undefined
  }
  const protocol =
    environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || environment['OTEL_EXPORTER_OTLP_PROTOCOL']
  if (protocol === 'grpc') {
    log.warn('traces go out as OTLP over HTTP, not gRPC: name the HTTP port of the collector, usually 4318')
  }
  const { createOtelTracing } = await import('./otel.ts')
  log.info('traces are exported', { endpoint: url.origin })
  return createOtelTracing(environment, {
    onLost: (spans) => log.warn('spans could not be sent to the collector', { spans }),
  })
}

function isOff(environment: Environment): boolean {
  return (
    environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' ||
    environment['OTEL_TRACES_EXPORTER']?.toLowerCase() === 'none'
  )
}
