import * as v from 'valibot'
import { envName, hostNames, httpUrl, name, providerKinds } from './names.ts'
import { duration } from './units.ts'

const text = v.string()
const flag = v.boolean()

/** Where one OpenAI-compatible host differs from its row of the table, or from OpenAI when it has none. */
const quirks = v.strictObject({
  maxField: v.optional(v.picklist(['max_tokens', 'max_completion_tokens'])),
  bothMaxFields: v.optional(flag),
  developerRole: v.optional(flag),
  reasoning: v.optional(
    v.picklist([
      'effort',
      'thinking_type',
      'enable_thinking',
      'enabled_object',
      'effort_object',
      'template_kwargs',
      'think',
      'none',
    ]),
  ),
  effortBeside: v.optional(flag),
  thinkingBack: v.optional(
    v.picklist(['reasoning_content', 'reasoning', 'reasoning_details', 'thinking_parts']),
  ),
  reasoningOutsideCompletion: v.optional(flag),
  streamOptions: v.optional(flag),
  strictTools: v.optional(flag),
  shortToolIds: v.optional(flag),
  jsonSchema: v.optional(flag),
  topK: v.optional(flag),
  store: v.optional(flag),
  seedField: v.optional(v.picklist(['seed', 'random_seed'])),
  endUserField: v.optional(v.picklist(['user', 'safety_identifier'])),
  cacheMarks: v.optional(v.picklist(['cache_control', 'prompt_cache_breakpoint'])),
  serviceTiers: v.optional(v.array(text)),
  responses: v.optional(flag),
  prefill: v.optional(v.picklist(['prefix', 'partial', 'continue_final_message'])),
})

export const provider = v.strictObject({
  kind: v.pipe(
    v.picklist(providerKinds),
    v.description('what it is: decides address, authentication and formats'),
  ),
  host: v.optional(
    v.pipe(v.picklist(hostNames), v.description('openai-compatible: its row of the host table')),
  ),
  baseUrl: v.optional(
    v.pipe(
      httpUrl,
      v.description(
        'with /v1 for openai, openai-compatible and cohere; the bare origin for anthropic and gemini',
      ),
    ),
  ),
  keyEnv: v.optional(
    v.pipe(envName, v.description('variable that holds the key; default: the usual one of the kind')),
  ),
  auth: v.optional(
    v.pipe(v.picklist(['key', 'forward']), v.description("forward: pass the caller's own provider key on")),
    'key',
  ),
  models: v.optional(
    v.pipe(v.array(text), v.description('models it offers; default: those of its price catalog')),
    [],
  ),
  region: v.optional(v.pipe(text, v.description('where it computes, for `require.regions`')), ''),
  zeroRetention: v.optional(
    v.pipe(flag, v.description('it keeps nothing, for `require.zeroRetention`')),
    false,
  ),
  prices: v.optional(
    v.pipe(v.picklist(['catalog', 'free']), v.description('free: everything costs 0')),
    'catalog',
  ),
  priceZone: v.optional(v.pipe(text, v.description('price zone, where the answer does not say it (Azure)'))),
  headers: v.optional(
    v.pipe(
      v.record(text, text),
      v.description('sent with every call; ${VARIABLE} is taken from the environment'),
    ),
    {},
  ),
  apiVersion: v.optional(
    v.pipe(text, v.description('azure: api-version; default: the v1 path without one')),
    '',
  ),
  deployments: v.optional(
    v.pipe(v.record(text, text), v.description('azure: model to deployment name, where they differ')),
    {},
  ),
  project: v.optional(v.pipe(text, v.description('vertex: project id')), ''),
  location: v.optional(v.pipe(text, v.description('vertex: location; bedrock: AWS region')), ''),
  serviceAccountEnv: v.optional(
    v.pipe(envName, v.description('vertex: variable with the service account JSON')),
  ),
  accessKeyEnv: v.optional(v.pipe(envName, v.description('bedrock: default AWS_ACCESS_KEY_ID'))),
  secretKeyEnv: v.optional(v.pipe(envName, v.description('bedrock: default AWS_SECRET_ACCESS_KEY'))),
  sessionTokenEnv: v.optional(v.pipe(envName, v.description('bedrock: default AWS_SESSION_TOKEN'))),
  targets: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          name: v.optional(
            v.pipe(
              name,
              v.description('in metrics and records; default: its region, if no other has it, or its place'),
            ),
          ),
          keyEnv: v.optional(v.pipe(envName, v.description('default: that of the provider'))),
          baseUrl: v.optional(v.pipe(httpUrl, v.description('default: that of the provider'))),
          region: v.optional(v.pipe(text, v.description('default: that of the provider'))),
          location: v.optional(v.pipe(text, v.description('vertex, bedrock; default: that of the provider'))),
        }),
      ),
      v.minLength(1, 'expected at least one target, or no `targets`'),
      v.description('several keys, addresses or regions of one provider, each with a health of its own'),
    ),
  ),
  quirks: v.optional(v.pipe(quirks, v.description('openai-compatible: where the host differs from its row'))),
  timeouts: v.optional(
    v.strictObject({
      connect: v.optional(
        v.pipe(duration, v.description('until a connection to it stands; routes and candidates outrank it')),
      ),
    }),
    {},
  ),
})
