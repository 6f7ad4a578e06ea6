import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amzDate, encodeSegment, Sigv4Signer } from './sigv4.ts'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const scope = { region: 'us-east-1', service: 'service' }
const usual = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' }

/** From AWS's published signing test suite: name, request, signature. */
const vectors = [
  {
    name: 'get-utf8',
    request: { method: 'GET', path: '/ሴ', headers: usual, body: undefined },
    signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  },
  {
    name: 'get-space',
    request: { method: 'GET', path: '/example space/', headers: usual, body: undefined },
    signature: '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  },
  {
    name: 'get-vanilla-query-order-key-case',
    request: { method: 'GET', path: '/?Param2=value2&Param1=value1', headers: usual, body: undefined },
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-with-session-token',
    request: {
      method: 'GET',
      path: '/',
      headers: {
        ...usual,
        'x-amz-security-token': '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267',
      },
      body: undefined,
    },
    signature: '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  },
  {
    name: 'post-x-www-form-urlencoded',
    request: {
      method: 'POST',
      path: '/',
      headers: {
        ...usual,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': '13',
        'x-amz-content-sha256': '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e',
      },
      body: Buffer.from('Param1=value1'),
    },
    signature: 'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
  },
]

for (const { name, request, signature } of vectors) {
  test(`the published vector ${name} is signed as published`, () => {
    const names = Object.keys(request.headers).sort().join(';')
    assert.equal(
      new Sigv4Signer().authorization(request, credentials, scope),
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        `SignedHeaders=${names}, Signature=${signature}`,
    )
  })
}

test('a kept key signs like a fresh one, and a new secret under the same id is noticed', () => {
  const signer = new Sigv4Signer()
  const request = vectors[0]!.request
  const first = signer.authorization(request, credentials, scope)
  assert.equal(signer.authorization(request, credentials, scope), first)
  const renewed = { ...credentials, secretAccessKey: 'another' }
  assert.equal(
    signer.authorization(request, renewed, scope),
    new Sigv4Signer().authorization(request, renewed, scope),
  )
  assert.notEqual(signer.authorization(request, renewed, scope), first)
})

test('the date and path segments are written as AWS writes them', () => {
  assert.equal(amzDate(Date.UTC(2015, 7, 30, 12, 36, 0, 999)), '20150830T123600Z')
  assert.equal(encodeSegment("a:b/c (1)*'!~_"), 'a%3Ab%2Fc%20%281%29%2A%27%21~_')
})
