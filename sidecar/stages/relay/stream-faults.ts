import type { Fault } from '../../conversation/fault.ts'

export const stalled: Fault = {
  class: 'slow',
  status: 0,
  code: 'idle_timeout',
  message: 'the provider stopped sending',
}

export const tooLong: Fault = {
  class: 'slow',
  status: 0,
  code: 'total_timeout',
  message: 'the answer took longer than the route allows',
}

export const tooLarge: Fault = {
  class: 'outage',
  status: 200,
  code: 'answer_too_large',
  message: 'the answer is too large to be kept back until it is whole',
}

export const unwritable: Fault = {
  class: 'outage',
  status: 200,
  code: 'internal_error',
  message: 'the answer could not be written in the form that was asked for',
}

export const misfit: Fault = {
  class: 'outage',
  status: 200,
  code: 'recovery_misfit',
  message: 'the provider died, and what another one added did not fit what was there',
}
