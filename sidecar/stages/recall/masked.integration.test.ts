import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachingStage, put, saidBy } from '../../../testing/cache/asking.ts'
import { httpJson, httpStream } from '../../../testing/fake-upstream.ts'
import { wires } from '../../../testing/wires.ts'

const route = 'mask: { default: mask }'
const mails = ['anna.berg@example.com', 'carl.smith@example.org'] as const
const questionOf = (mail: string) => `Write a short letter to ${mail} about the garden`

for (const wire of wires) {
  test(`${wire.dialect}: two with other addresses share one answer, and each gets its own back`, async () => {
    await using stage = await cachingStage(wire, '{ exact: 1h, lexical: 1h, scope: key }', { route })
    const text = 'Dear [EMAIL_1], the garden of [EMAIL_1] is green.'
    stage.a.answer((request) => {
      assert.ok(mails.every((mail) => !request.bodyText.includes(mail)))
      const isStream =
        /"stream":true/.test(request.bodyText) || request.path.includes('streamGenerateContent')
      return isStream
        ? httpStream(wire.events(['Dear [EMA', 'IL_1], the garden of [EMAIL_1] is green.']))
        : httpJson(wire.whole(text))
    })
    const asked: readonly (readonly [string, boolean, string])[] = [
      [mails[0], true, 'miss'],
      [mails[1], false, 'exact'],
      [mails[0], false, 'exact'],
      [mails[1], true, 'exact'],
    ]
    for (const [mail, stream, verdict] of asked) {
      const response = await put(stage, wire, questionOf(mail), { stream })
      assert.equal(response.headers.get('x-sidelight-cache'), verdict)
      const body = await response.text()
      const said = stream ? wire.text(body) : saidBy(JSON.parse(body))
      assert.equal(said, `Dear ${mail}, the garden of ${mail} is green.`)
    }
    const lexical = await put(stage, wire, `hi, please write a short letter to ${mails[1]} about the garden`)
    assert.equal(lexical.headers.get('x-sidelight-cache'), 'lexical')
    assert.match(await lexical.text(), /carl\.smith@example\.org/)
    assert.equal(stage.a.requests.length, 1)
  })
}

test('an answer with a placeholder that stands for nothing is not kept', async () => {
  const [wire] = wires
  if (wire === undefined) return
  await using stage = await cachingStage(wire, '{ exact: 1h }', { route })
  stage.a.answer(httpJson(wire.whole('Dear [EMAIL_7], hello.')))
  for (let n = 0; n < 2; n += 1) {
    const response = await put(stage, wire, questionOf(mails[0]))
    assert.equal(response.headers.get('x-sidelight-cache'), 'miss')
    await response.text()
  }
})
