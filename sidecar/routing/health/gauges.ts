import type { Gauge } from '../../observe/metrics.ts'
import type { HealthRegistry } from './registry.ts'

/** Callers choose names of models: of the healthy ones no more than this are shown, the last asked first. */
const shownMax = 300

/** What metrics show of health. States are stated as they are at the moment of the scrape. */
export function healthGauges(health: HealthRegistry): readonly Gauge[] {
  return [...stateGauges(health), ...alarmGauges(health), ...countGauges(health)]
}

function stateGauges(health: HealthRegistry): Gauge[] {
  const { nowAt } = health
  const states = [...health.all()].map((one) => ({ one, state: one.stateName(nowAt) }))
  const rank = ({ one, state }: (typeof states)[number]) =>
    one.usedAt + (state === 'well' ? 0 : Number.MAX_SAFE_INTEGER)
  const shown =
    states.length <= shownMax ? states : states.sort((a, b) => rank(b) - rank(a)).slice(0, shownMax)
  return shown.map(({ one: { provider, target, model }, state }) => ({
    name: 'sidelight_target_state',
    type: 'gauge',
    help: 'Sidecars in which a target, asked for this model, is in this state; well: it is asked.',
    value: 1,
    labels: { provider, target, model, state },
  }))
}

const alarmReasons = ['auth_failed', 'quota_exhausted'] as const

/** Stays until a call succeeds, so that an alarm does not come and go with the tries. */
function alarmGauges(health: HealthRegistry): Gauge[] {
  const alarms = new Map<string, number>()
  for (const { provider, alarm } of health.all()) {
    for (const reason of alarmReasons) {
      const key = `${provider} ${reason}`
      alarms.set(key, (alarms.get(key) ?? 0) + (alarm === reason ? 1 : 0))
    }
  }
  return [...alarms].map(([key, value]) => {
    const [provider = '', reason = ''] = key.split(' ')
    return {
      name: 'sidelight_provider_alarm',
      type: 'gauge',
      help: 'Models of a provider whose last calls were refused for the key or for want of credit.',
      value,
      labels: { provider, reason },
    }
  })
}

function countGauges(health: HealthRegistry): Gauge[] {
  const { counts } = health
  const providers = new Set([...health.all()].map(({ provider }) => provider))
  return [
    ...[...providers].map((provider) =>
      counter(
        'sidelight_circuit_opened_total',
        'Times that a target was taken out of service because its calls failed.',
        counts.opened.get(provider) ?? 0,
        { provider },
      ),
    ),
    ...Object.entries(counts.probes).map(([outcome, value]) =>
      counter('sidelight_probe_total', 'Live requests that tried a target that was out of service.', value, {
        outcome,
      }),
    ),
    ...Object.entries(counts.retries).map(([kind, value]) =>
      counter('sidelight_retries_total', 'Further attempts of a request, by who was asked.', value, { kind }),
    ),
    counter(
      'sidelight_retry_budget_exhausted_total',
      'Requests that were not repeated because too many of the calls to their target were repeats already.',
      counts.budgetExhausted,
    ),
  ]
}

function counter(name: string, help: string, value: number, labels?: Gauge['labels']): Gauge {
  return { name, type: 'counter', help, value, ...(labels === undefined ? {} : { labels }) }
}
