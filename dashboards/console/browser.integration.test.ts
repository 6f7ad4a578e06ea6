import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from '../../testing/browser.ts'
import { type Journeys, noBrowser, openJourneys } from '../../testing/console/journeys.ts'

const opened = noBrowser === false ? await openJourneys() : undefined
after(() => opened?.[Symbol.asyncDispose]())

function walk(name: string, steps: (page: Page, journeys: Journeys) => Promise<void>): Promise<void> {
  assert.ok(opened)
  return opened.walk(name, (page) => steps(page, opened))
}

const rows = "document.querySelectorAll('#live tbody tr').length"

test(
  'a first visitor is told what to send, sends it, sees it within a second, and what became of it',
  { skip: noBrowser },
  () =>
    walk('first-visit', async (page, { admin, origin }) => {
      await page.goto(`${admin}/console/`)
      await page.until("document.querySelector('#welcome') && document.querySelector('.dot.live')")
      const painted = await page.run<number>(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()",
      )
      assert.ok(painted < 5000, `${painted} ms to the first paint`)
      const snippet = await page.run<string>("document.querySelector('#welcome pre').textContent")
      assert.ok(snippet.includes(`${origin}/v1/chat/completions`), snippet)
      await page.run(
        "[...document.querySelectorAll('#welcome [role=tab]')].find((tab) => tab.textContent === 'Python').click()",
      )
      assert.match(
        await page.run<string>("document.querySelector('#welcome pre').textContent"),
        /^from openai import OpenAI/,
      )
      await page.run(`
      globalThis.times = {}
      new MutationObserver(() => { times.row ??= performance.now() }).observe(document.querySelector('#live tbody'), { childList: true })
      const ask = fetch
      globalThis.fetch = async (...args) => {
        const answer = await ask(...args)
        if (String(args[0]).endsWith('test-request')) times.sent = performance.now()
        return answer
      }
      0`)
      await page.click('#test-request')
      await page.until(`${rows} === 1`)
      const { row = 0, sent = 0 } = await page.run<{ row?: number; sent?: number }>('times')
      assert.ok(row - sent < 1000, `${row - sent} ms from its end to the list`)
      await page.until("document.querySelector('#welcome') === null")
      // The warehouse has it a moment later; nobody has to reload.
      await page.until(
        "document.querySelector('#overview-requests .tile-number').textContent === '1'",
        40_000,
      )
      await page.click('#live tbody a')
      await page.until("document.querySelector('.request h2')")
      assert.match(await page.run<string>('location.pathname'), /^\/console\/r\/[0-9a-f-]{36}$/)
      const text = await page.run<string>("document.querySelector('.request').innerText")
      for (const part of [
        'Attempts',
        'Why this model',
        'Tokens and cost',
        'simulated/sim-fast',
        'nothing was masked',
        'off for this request',
      ])
        assert.ok(text.includes(part), `${part}: ${text}`)
      await page.run('history.back()')
      await page.until("document.querySelector('.tiles')")
    }),
)
