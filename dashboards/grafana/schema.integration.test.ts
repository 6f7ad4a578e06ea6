import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boardChecker } from '../../testing/dashboards/board-schema.ts'
import { boardUids } from '../catalog/panel.ts'
import { provisioningFiles } from './files.ts'

const files = provisioningFiles()
const problems = boardChecker()
const textOf = (uid: string) => files.get(`dashboards/boards/${uid}.json`) ?? ''

test('every board is what Grafana’s own types say, panels and their options too', () => {
  for (const uid of boardUids) assert.deepEqual(problems(JSON.parse(textOf(uid))), [], uid)
})

const faults: Readonly<Record<string, readonly [from: RegExp, to: string]>> = {
  'a field of another type': [/"title": "[^"]*"/, '"title": 5'],
  'a misspelt field of a panel': [/"gridPos"/, '"gridPosition"'],
  'a query without its statement': [/"rawSql": "(?![\s\S]*"rawSql")/, '"sql": "'],
  'a query of another format': [/"format": 1/, '"format": 2'],
  'a tooltip of no kind': [/"graphTooltip": 1/, '"graphTooltip": 9'],
  'a misspelt option of a panel': [/"reduceOptions"/, '"reduceOption"'],
  'a line that is drawn in no way': [/"drawStyle": "[a-z]+"/, '"drawStyle": "wavy"'],
}

for (const [fault, [from, to]] of Object.entries(faults))
  test(`${fault} is found`, () => {
    const board = textOf('sidelight-overview').replace(from, to)
    assert.notEqual(board, textOf('sidelight-overview'), 'the fault is in it')
    assert.notDeepEqual(problems(JSON.parse(board)), [])
  })
