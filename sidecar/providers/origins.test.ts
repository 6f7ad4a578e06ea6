import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCandidate } from '../../testing/targets.ts'
import { originsOf } from './origins.ts'

test('every address of every target is one that calls go to', () => {
  const { provider } = testCandidate({
    yaml: 'targets: [{ keyEnv: A }, { baseUrl: https://eu.example:8443/v1 }]',
  })
  assert.deepEqual(originsOf(provider), ['http://127.0.0.1:9', 'https://eu.example:8443'])
})

test('so are those that follow from a location', () => {
  const { provider } = testCandidate({
    provider: '{ kind: vertex, project: p, targets: [{ location: europe-west4 }, { location: global }] }',
  })
  assert.deepEqual(originsOf(provider), [
    'https://europe-west4-aiplatform.googleapis.com',
    'https://aiplatform.googleapis.com',
  ])
  const bedrock = testCandidate({
    provider:
      '{ kind: bedrock, targets: [{ location: eu-central-1, region: eu }, { location: us-east-1, region: us }] }',
  })
  assert.deepEqual(originsOf(bedrock.provider), [
    'https://bedrock-runtime.eu-central-1.amazonaws.com',
    'https://bedrock-runtime.us-east-1.amazonaws.com',
  ])
})
