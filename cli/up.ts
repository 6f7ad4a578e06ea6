import type { Environment } from '../contract/config/load.ts'
import { runProxy } from './run.ts'
import { show } from './sidecar.ts'

/** Everything on one machine, and a first request to copy. */
export async function runUp(args: readonly string[], environment: Environment): Promise<number> {
  const running = await runProxy(args, environment)
  const { config, detected } = running
  const data = show(running.data)
  const routes = Object.keys(config.routes)
  const model = routes[0] ?? (detected.length === 0 ? 'auto' : 'simulated/sim-fast')
  process.stdout.write(
    [
      '',
      'Sidelight is running.',
      '',
      `  data plane   ${data}   point base URLs here (${data}/v1 for OpenAI's SDKs)`,
      `  admin        ${show(running.admin)}   /healthz /readyz /metrics /policy`,
      `  state        ${config.stateDir}`,
      `  providers    ${Object.keys(config.providers).join(', ')}`,
      '',
      'A first request:',
      '',
      `  curl ${data}/v1/chat/completions -H 'content-type: application/json' \\`,
      `    -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`,
      '',
      'Ctrl-C drains and stops.',
      '',
    ].join('\n'),
  )
  return running.stopped
}
