import { answers } from './answers.ts'
import { money } from './money.ts'
import { records } from './records.ts'
import type { Rule } from './rule.ts'
import { service } from './service.ts'

/** By the group in which Grafana evaluates them. */
export const alertGroups: Readonly<Record<string, readonly Rule[]>> = { money, service, answers, records }

export const rules: readonly Rule[] = Object.values(alertGroups).flat()
