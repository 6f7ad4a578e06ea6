import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAnalyst } from '../analyst.ts'
import { loadEnglishWords } from '../language/known-words.ts'

const analyst = createAnalyst(loadEnglishWords())
const isBound = (text: string, language = 'en') => analyst.question(text, language, 2026).isTimeBound

test('questions about now are bound to the day, others are not', () => {
  const bound = [
    'What is the weather today?',
    'latest news on trade',
    'Who leads this week?',
    'events in 2026',
    'What is the price right now?',
    'Who is the current champion?',
    'How is it at the moment?',
  ]
  for (const text of bound) assert.equal(isBound(text), true, text)
  for (const text of [
    'How long is a week?',
    'Who won in 1998?',
    'What is the last letter?',
    'Explain this table',
  ])
    assert.equal(isBound(text), false, text)
  assert.equal(isBound('Wie wird das Wetter heute?', 'de'), true)
  assert.equal(isBound('Was passiert diese Woche?', 'de'), true)
})

test('my and an affair make a question one’s own', () => {
  const isOwn = (text: string, language = 'en') => analyst.question(text, language, 2026).isOwnAffair
  for (const text of ['What is my balance?', 'where is my parcel', 'Show our invoices'])
    assert.equal(isOwn(text), true, text)
  for (const text of ['What is a balance?', 'What do I think?', 'Where is the parcel'])
    assert.equal(isOwn(text), false, text)
  assert.equal(isOwn('Wo ist meine Lieferung?', 'de'), true)
})
