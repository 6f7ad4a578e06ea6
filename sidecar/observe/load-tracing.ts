import type { Environment } from '../../contract/config/load.ts'
import type { Log } from './log.ts'
import type { Tracing } from './tracing.ts'

/** Loads the OpenTelemetry SDK only when an endpoint is configured: it would cost every other user its memory. */
export async function loadTracing(environment: Environment, log: Log): Promise<Tracing | undefined> {
  const endpoint =
    environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (endpoint === undefined || endpoint === '' || environment['OTEL_SDK_DISABLED'] === 'true')
    return undefined
  const { createOtelTracing } = await import('./otel.ts')
  log.info('traces are exported', { endpoint: new URL(endpoint).origin })
  return createOtelTracing(environment)
}
