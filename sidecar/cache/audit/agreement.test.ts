import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLanguages } from '../language/languages.ts'
import { agreementOf } from './agreement.ts'

const english = createLanguages().of('en')
const label = (a: string, b: string) => agreementOf(a, b, english).label

test('equal but for case, points and spaces is equal', () => {
  assert.deepEqual(agreementOf('Paris.', '  paris', english), { label: 'agree', method: 'exact' })
})

test('other numbers, other names and a no for a yes are another answer', () => {
  assert.equal(label('It costs 5 euros.', 'It costs 6 euros.'), 'disagree')
  assert.equal(label('The capital is Vienna.', 'The capital is Canberra.'), 'disagree')
  assert.equal(label('Yes, you can park here.', 'No, you can park here.'), 'disagree')
})

test('one that says the same at greater length agrees; one about something else does not', () => {
  const short = 'DNS translates domain names into IP addresses.'
  const long =
    'DNS, the Domain Name System, translates human readable domain names into IP addresses that computers use.'
  assert.equal(label(short, long), 'agree')
  assert.equal(
    label(short, 'Bake the dough in a hot oven until golden brown and serve with butter.'),
    'disagree',
  )
})
