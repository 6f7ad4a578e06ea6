import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isForeign, type Whereabouts } from './foreign.ts'

const loopback = { listen: '127.0.0.1:4100', allowedHosts: ['ai.acme.com'] }
const everywhere = { listen: '0.0.0.0:4100', allowedHosts: [] }

const from = (own: Partial<Whereabouts>): Whereabouts => ({
  host: 'localhost:4100',
  origin: undefined,
  fetchSite: undefined,
  ...own,
})

test('programs on this machine and its neighbours are no strangers', () => {
  for (const host of [
    undefined,
    '',
    'localhost',
    'LOCALHOST:4100',
    'localhost.:4100',
    '127.0.0.1:1',
    '[::1]:4100',
    '10.0.0.7:4100',
    'sidelight:4100',
    'host.docker.internal:4100',
    'sidelight.team.svc.cluster.local',
    'app.localhost:3000',
    'ai.acme.com:443',
  ])
    assert.equal(isForeign(from({ host }), loopback), false, host)
})

test('a name that a stranger may own is foreign on loopback, and how one gets here elsewhere', () => {
  for (const host of ['evil.com', 'localhost.evil.com:4100', '127.0.0.1.nip.io', 'local.co']) {
    assert.equal(isForeign(from({ host }), loopback), true, host)
    assert.equal(isForeign(from({ host }), everywhere), false, host)
  }
})

test('pages of other sites are foreign wherever Sidelight listens, listed and local ones are not', () => {
  for (const served of [loopback, everywhere]) {
    for (const origin of [
      'https://evil.com',
      'http://localhost.evil.com',
      'null',
      'file://',
      'chrome-extension://abcdef',
      'garbage',
      'http://203.0.113.5',
      'http://[2001:db8::1]:8080',
    ])
      assert.equal(isForeign(from({ origin }), served), true, origin)
    for (const origin of [
      'http://localhost:3000',
      'http://127.0.0.1',
      'http://[::1]:8080',
      'http://192.168.1.9:3000',
    ])
      assert.equal(isForeign(from({ origin }), served), false, origin)
    assert.equal(isForeign(from({ fetchSite: 'cross-site' }), served), true)
    assert.equal(isForeign(from({ fetchSite: 'same-origin' }), served), false)
  }
  assert.equal(isForeign(from({ origin: 'https://ai.acme.com' }), loopback), false)
})
