import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import type { ExplainOutcome } from '../sidecar/admin.ts'
import type { Explanation } from '../sidecar/explain/explanation.ts'
import { explanationText, titleWidth } from '../sidecar/explain/text.ts'
import { adminOrigin, askAdmin } from './ask-admin.ts'
import { withDefaults } from './defaults.ts'
import { explainFromWarehouse } from './explain-warehouse.ts'
import { wrapFor } from './wrap.ts'

const requestIdForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Why a request went where it went: asks the sidecar that runs, else the warehouse. */
export async function runExplain(args: readonly string[], environment: Environment): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [requestId, ...others] = positionals
  if (requestId === undefined || others.length > 0 || !requestIdForm.test(requestId)) {
    process.stderr.write(
      'sidelight: explain takes the id of a request, as x-sidelight-request-id names it: sidelight explain <request-id> [--json]\n',
    )
    return 2
  }
  const { config } = withDefaults(loadConfig({ file: values.config, environment }), environment)
  const outcome = await ask(config, environment, requestId.toLowerCase())
  if (outcome.kind !== 'found') {
    process.stderr.write(`sidelight: ${outcome.message}\n`)
    return 1
  }
  const { explanation } = outcome
  process.stdout.write(
    `${values.json ? JSON.stringify(explanation, null, 2) : screen(explanation as Explanation)}\n`,
  )
  return 0
}

function screen(explanation: Explanation): string {
  return wrapFor(explanationText(explanation), process.stdout, titleWidth)
}

type Asked =
  | { readonly kind: 'found'; readonly explanation: unknown }
  | { readonly kind: 'failed'; readonly message: string }

async function ask(config: Config, environment: Environment, requestId: string): Promise<Asked> {
  const answer = await askAdmin(config, environment, `/explain/${requestId}`)
  if (answer?.status === 200) return { kind: 'found', explanation: JSON.parse(answer.body) }
  // It has asked the warehouse too.
  if (answer?.status === 404 || answer?.status === 503)
    return { kind: 'failed', message: errorOf(answer.body) }
  const why = answer === undefined ? 'no sidecar answers' : `the answer was ${answer.status}`
  const outcome = await explainFromWarehouse(config, requestId)
  return outcome.kind === 'found' ? outcome : { kind: 'failed', message: failureOf(config, why, outcome) }
}

function failureOf(config: Config, why: string, outcome: Exclude<ExplainOutcome, { kind: 'found' }>): string {
  const warehouse =
    outcome.kind === 'unknown'
      ? 'the warehouse has no request of this id'
      : `the warehouse does not answer (${outcome.code})`
  return `${warehouse}; at ${adminOrigin(config)} ${why}`
}

function errorOf(body: string): string {
  try {
    return String((JSON.parse(body) as { error?: unknown }).error ?? body.trim())
  } catch {
    return body.trim()
  }
}
