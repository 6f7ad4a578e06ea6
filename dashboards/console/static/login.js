import { send } from './api.js'
import { el, replace } from './dom.js'

/** Beyond this machine the admin port asks for its token, here once for twelve hours. */
export function login(main) {
  if (main.querySelector('#login')) return
  const token = el('input', {
    type: 'password',
    id: 'token',
    autocomplete: 'current-password',
    required: true,
  })
  const said = el('p', { class: 'note', role: 'alert' })
  const form = el(
    'form',
    {
      class: 'panel welcome',
      id: 'login',
      on: {
        async submit(event) {
          event.preventDefault()
          try {
            await send('login', { token: token.value })
            location.reload()
          } catch (error) {
            replace(said, error.message)
            token.select()
          }
        },
      },
    },
    el('h2', {}, 'Log in'),
    el('label', { for: 'token' }, 'The token of the admin port (SIDELIGHT_ADMIN_TOKEN)'),
    token,
    el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'main' }, 'Log in'), said),
  )
  replace(main, form)
  token.focus()
}
