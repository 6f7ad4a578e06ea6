import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from './dialects/registry.ts'
import { malformedAnswer, type ParseError, problemOf } from './malformed.ts'

const error = (code: string, packet = ''): ParseError =>
  Object.assign(new Error('Parse Error: secret'), { code, rawPacket: Buffer.from(packet, 'latin1') })
const answer = (code: string, packet = '') =>
  malformedAnswer(error(code, packet), { requestId: 'id-1', dialects })

test('an answer has a status, a length that holds, an id, and ends the connection', () => {
  for (const [code, line] of [
    ['HPE_HEADER_OVERFLOW', 'HTTP/1.1 431 Request Header Fields Too Large'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 'HTTP/1.1 408 Request Timeout'],
    ['METHOD_CONNECT', 'HTTP/1.1 405 Method Not Allowed'],
    ['HPE_INVALID_METHOD', 'HTTP/1.1 400 Bad Request'],
    ['SOMETHING_NEW', 'HTTP/1.1 400 Bad Request'],
  ] as const) {
    const [head = '', body = ''] = answer(code).split('\r\n\r\n')
    const lines = head.split('\r\n')
    assert.equal(lines[0], line)
    assert.ok(lines.includes('connection: close'))
    assert.ok(lines.includes('x-sidelight-request-id: id-1'))
    assert.ok(lines.includes(`content-length: ${Buffer.byteLength(body)}`))
    assert.ok(!head.includes('secret') && !body.includes('secret'))
    JSON.parse(body)
  }
})

test('it has the shape of the dialect whose path can still be read', () => {
  const cases: [string, RegExp][] = [
    ['POST /v1/messages?beta=true HTTP/1.1\r\nx', /"request_id":"id-1"/],
    ['POST http://h/v1beta/models/m:generateContent HTTP/1.1', /"status":"INVALID_ARGUMENT"/],
    ['POST /v1/chat/completions HTTP/1.1', /"param":null/],
    ['\x00\x01garbage', /"param":null/],
    ['', /"param":null/],
  ]
  for (const [packet, shape] of cases) assert.match(answer('HPE_INVALID_HEADER_TOKEN', packet), shape)
})

test('a TLS handshake is told what it knocked at', () => {
  assert.match(problemOf(error('HPE_INVALID_METHOD', '\x16\x03\x01')).message, /TLS/)
  assert.match(problemOf(error('HPE_INVALID_METHOD', 'FETCH /')).message, /method/)
})
