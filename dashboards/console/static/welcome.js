import { send } from './api.js'
import { button, copy, el, replace } from './dom.js'
import { dataOrigin } from './request.js'

/** Instead of empty pictures: how to send the first request, with the real address and a model that works. */
export function welcome(page) {
  const { facts, canTest } = page.catalog
  const said = el('p', { class: 'note', role: 'status' })
  const tests = button('Send a test request', () => test(said), { class: 'main', id: 'test-request' })
  const snippets = snippetsOf(facts)
  const text = el('pre', { tabindex: '0', 'aria-label': 'Snippet' })
  const tabs = Object.entries(snippets).map(([name]) =>
    button(name, () => choose(name), { role: 'tab', 'aria-selected': 'false' }),
  )
  let chosen = 'curl'
  const choose = (name) => {
    chosen = name
    replace(text, snippets[name])
    for (const tab of tabs) tab.setAttribute('aria-selected', String(tab.textContent === name))
  }
  choose(chosen)
  return el(
    'section',
    { class: 'panel welcome', id: 'welcome', 'aria-labelledby': 'welcome-title' },
    el('h2', { id: 'welcome-title' }, 'No request yet'),
    el(
      'p',
      {},
      'Sidelight is running. Point an application at ',
      el('code', {}, `${dataOrigin(facts)}/v1`),
      ', or send this:',
    ),
    el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Language' }, ...tabs),
    el(
      'div',
      { class: 'snippet' },
      text,
      button('Copy', () => copy(snippets[chosen], chosen), { class: 'quiet' }),
    ),
    el('div', { class: 'actions' }, canTest && tests, said),
    el(
      'p',
      { class: 'note' },
      canTest
        ? 'The test request is answered by the simulated provider: it costs nothing and needs no key.'
        : facts.needsKey
          ? 'Callers need one of the configured keys.'
          : '',
    ),
  )
}

async function test(said) {
  replace(said, 'Sent …')
  try {
    const { status } = await send('api/test-request')
    replace(said, `Answered with ${status}; it stands in the list below.`)
  } catch (error) {
    replace(said, error.message)
  }
}

function snippetsOf(facts) {
  const origin = dataOrigin(facts)
  const key = facts.needsKey ? 'YOUR_KEY' : 'unused'
  const model = JSON.stringify(facts.model)
  return {
    curl: `curl ${origin}/v1/chat/completions \\\n  -H 'content-type: application/json' \\\n${facts.needsKey ? "  -H 'authorization: Bearer YOUR_KEY' \\\n" : ''}  -d '{"model": ${model}, "messages": [{"role": "user", "content": "Hello!"}]}'`,
    JavaScript: `import OpenAI from 'openai'\n\nconst client = new OpenAI({ baseURL: '${origin}/v1', apiKey: '${key}' })\nconst answer = await client.chat.completions.create({\n  model: ${model},\n  messages: [{ role: 'user', content: 'Hello!' }],\n})\nconsole.log(answer.choices[0].message.content)`,
    Python: `from openai import OpenAI\n\nclient = OpenAI(base_url="${origin}/v1", api_key="${key}")\nanswer = client.chat.completions.create(\n    model=${model},\n    messages=[{"role": "user", "content": "Hello!"}],\n)\nprint(answer.choices[0].message.content)`,
  }
}
