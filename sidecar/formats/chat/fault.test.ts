import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../../contract/json.ts'
import type { FaultClass } from '../../conversation/fault.ts'
import { faultIn, readFault } from './fault.ts'

const cases: [name: string, status: number, body: Json | undefined, expected: FaultClass, code: string][] = [
  [
    'OpenAI quota',
    429,
    { error: { message: 'm', type: 'insufficient_quota', param: null, code: 'insufficient_quota' } },
    'money',
    'insufficient_quota',
  ],
  [
    'OpenAI credit',
    429,
    { error: { message: 'm', type: 'x', code: 'credit_balance_exhausted' } },
    'money',
    'credit_balance_exhausted',
  ],
  [
    'OpenAI rate',
    429,
    { error: { message: 'm', type: 'tokens', code: 'rate_limit_exceeded' } },
    'rate_limit',
    'rate_limit_exceeded',
  ],
  [
    'a ramp limit',
    429,
    { error: { message: 'm', code: 'ramp_limit_exceeded' } },
    'rate_limit',
    'ramp_limit_exceeded',
  ],
  ['OpenAI slow down', 503, { error: { message: 'm', code: 'slow_down' } }, 'overloaded', 'slow_down'],
  [
    'OpenAI context',
    400,
    {
      error: {
        message: 'm',
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      },
    },
    'context_length',
    'context_length_exceeded',
  ],
  ['OpenAI key', 401, { error: { message: 'm', code: 'invalid_api_key' } }, 'credentials', 'invalid_api_key'],
  [
    'OpenAI project without the model',
    403,
    { error: { message: 'm', code: 'model_not_found' } },
    'model_missing',
    'model_not_found',
  ],
  [
    'OpenAI bad field',
    400,
    { error: { message: 'm', type: 'invalid_request_error', param: 'x', code: null } },
    'request',
    'invalid_request_error',
  ],
  ['OpenAI server', 500, { error: { message: 'm', type: 'server_error' } }, 'outage', 'server_error'],
  [
    'Azure filter',
    400,
    { error: { code: 'content_filter', message: 'm', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
    'content_filter',
    'ResponsibleAIPolicyViolation',
  ],
  [
    'Azure deployment',
    404,
    { error: { code: 'DeploymentNotFound', message: 'm' } },
    'model_missing',
    'DeploymentNotFound',
  ],
  ['Azure gateway', 429, { statusCode: 429, message: 'm' }, 'rate_limit', 'http_429'],
  [
    'Groq prompt over the limit',
    413,
    { error: { message: 'm', type: 'tokens', code: 'rate_limit_exceeded' } },
    'context_length',
    'rate_limit_exceeded',
  ],
  [
    'Groq flex',
    498,
    { error: { message: 'm', code: 'capacity_exceeded' } },
    'overloaded',
    'capacity_exceeded',
  ],
  [
    'Mistral flat',
    429,
    { object: 'error', message: 'm', type: 'rate_limited', param: null, code: '1300', raw_status_code: 429 },
    'rate_limit',
    'rate_limited',
  ],
  [
    'Mistral model',
    400,
    { object: 'error', message: 'm', type: 'invalid_model', code: '1500' },
    'model_missing',
    'invalid_model',
  ],
  [
    'Mistral validation',
    422,
    { object: 'error', message: { detail: [{ msg: 'm' }] }, type: 'invalid_request_message_error' },
    'request',
    'invalid_request_message_error',
  ],
  ['xAI', 400, { code: 'Client specified an invalid argument', error: 'm' }, 'request', 'http_400'],
  ['OpenRouter money', 402, { error: { code: 402, message: 'm' } }, 'money', '402'],
  [
    'OpenRouter in-flight budget',
    402,
    { error: { code: 402, message: 'm', metadata: { limit_source: 'openrouter_in_flight_budget' } } },
    'rate_limit',
    'openrouter_in_flight_budget',
  ],
  [
    'OpenRouter moderation',
    403,
    { error: { code: 403, message: 'm', metadata: { reasons: ['x'] } } },
    'content_filter',
    'moderation_flagged',
  ],
  [
    'DeepSeek money',
    402,
    { error: { message: 'm', type: 'unknown_error', code: 'invalid_request_error' } },
    'money',
    'invalid_request_error',
  ],
  [
    'Moonshot money',
    429,
    { error: { message: 'm', type: 'exceeded_current_quota_error' } },
    'money',
    'exceeded_current_quota_error',
  ],
  [
    'Moonshot overload',
    429,
    { error: { message: 'm', type: 'engine_overloaded_error' } },
    'overloaded',
    'engine_overloaded_error',
  ],
  ['Z.ai balance', 429, { error: { code: '1113', message: 'm' } }, 'money', '1113'],
  [
    'DashScope',
    400,
    { error: { code: 'data_inspection_failed', message: 'm' } },
    'content_filter',
    'data_inspection_failed',
  ],
  [
    'vLLM',
    400,
    { object: 'error', message: 'm', type: 'BadRequestError', code: 400 },
    'request',
    'BadRequestError',
  ],
  [
    'llama.cpp',
    400,
    { error: { code: 400, message: 'm', type: 'exceed_context_size_error' } },
    'context_length',
    'exceed_context_size_error',
  ],
  [
    'Google list',
    429,
    [{ error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED' } }],
    'rate_limit',
    'RESOURCE_EXHAUSTED',
  ],
  ['Ollama', 404, { error: 'm' }, 'model_missing', 'http_404'],
  ['FastAPI', 401, { detail: 'm' }, 'credentials', 'http_401'],
  ['no body', 502, undefined, 'outage', 'http_502'],
  ['lock', 409, undefined, 'overloaded', 'http_409'],
  ['gateway timeout', 504, undefined, 'slow', 'http_504'],
  ['request timeout', 408, undefined, 'slow', 'http_408'],
  ['Cloudflare', 522, undefined, 'outage', 'http_522'],
  ['too large', 413, undefined, 'request', 'http_413'],
]

for (const [name, status, body, expected, code] of cases) {
  test(`${name}: ${status} is ${expected}`, () => {
    const fault = readFault(status, {}, body)
    assert.equal(fault.class, expected)
    assert.equal(fault.code, code)
    assert.equal(fault.status, status)
    if (body !== undefined) assert.equal(fault.message, 'm')
  })
}

test('waiting is worth stating only where waiting helps', () => {
  const headers = { 'retry-after': '7' }
  assert.equal(readFault(429, headers, undefined).retryAfterMs, 7000)
  assert.equal(readFault(503, headers, undefined).retryAfterMs, 7000)
  assert.equal(readFault(400, headers, undefined).retryAfterMs, undefined)
  assert.equal(readFault(429, headers, { error: { code: 'insufficient_quota' } }).retryAfterMs, undefined)
})

test('what would be a sentence never becomes a code, and messages are cut', () => {
  const fault = readFault(
    400,
    {},
    { error: { code: 'my secret text', message: 'x'.repeat(9000), param: 'messages' } },
  )
  assert.equal(fault.code, 'http_400')
  assert.equal(fault.message.length, 2000)
  assert.equal(fault.param, 'messages')
})

test('errors inside a 200 are found in every shape', () => {
  const found: [Json, FaultClass][] = [
    [{ error: { code: 502, message: 'm' } }, 'outage'],
    [{ error: { code: 429, message: 'm' }, user_id: 'u' }, 'rate_limit'],
    [{ error: { type: 'invalid_request_error', message: 'm' } }, 'request'],
    [{ error: 'm', code: 'x' }, 'outage'],
    [{ object: 'error', message: 'm', type: 'rate_limited' }, 'rate_limit'],
    [
      { object: 'chat.completion', choices: [{ finish_reason: 'error', error: { code: 503 } }] },
      'overloaded',
    ],
    [{ choices: [{ finish_reason: 'network_error' }] }, 'outage'],
    [{ choices: [], x_groq: { error: 'm' } }, 'outage'],
    [{ code: 'Throttling', message: 'm', request_id: 'r' }, 'rate_limit'],
  ]
  for (const [body, expected] of found) {
    assert.equal(faultIn(body)?.class, expected, JSON.stringify(body))
    assert.equal(faultIn(body)?.status, 200)
  }
})

test('answers and jobs are not errors', () => {
  const answers: Json[] = [
    null,
    [],
    { object: 'chat.completion', choices: [{ finish_reason: 'stop' }], error: null },
    { object: 'fine_tuning.job', error: { code: 'x', message: 'm' } },
    { object: 'list', data: [] },
    { text: 'hello', message: 'm' },
  ]
  for (const body of answers) assert.equal(faultIn(body), undefined)
})

test('the delay that Google states in the details of an error counts on this wire, too', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }]
  const body = [{ error: { code: 429, message: 'later', status: 'RESOURCE_EXHAUSTED', details } }]
  assert.equal(readFault(429, {}, body).retryAfterMs, 7000)
  assert.equal(readFault(429, { 'retry-after': '2' }, body).retryAfterMs, 2000)
})
