import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  AdHocVariableBuilder,
  ConstantVariableBuilder,
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Panel } from '../catalog/panel.ts'
import { valuesSql } from '../catalog/values.ts'
import { grafana } from '../dialects/grafana.ts'
import { type MultiVariable, multiVariables, numberDefaults, type VarName } from '../dialects/variables.ts'
import { chosenDatasource, datasourceType } from './query.ts'

const labels: Readonly<Record<VarName, string>> = {
  env: 'Environment',
  app: 'App',
  team: 'Team',
  customer: 'Customer',
  feature: 'Feature',
  route: 'Route',
  provider: 'Provider',
  model: 'Model',
  prompt_version: 'Prompt version',
  one_customer: 'Customer shown',
  request_id: 'Request id',
  search: 'Search',
  slo_ms: 'Objective, ms',
  slo_target: 'Objective, share',
}

/** Filters stand on every board, so that none is lost on the way; the rest only where a panel reads it. */
export function variablesFor(panels: readonly Panel[]): Builder<VariableModel>[] {
  const read = new Set(panels.flatMap(({ filters }) => filters))
  return [
    datasource(),
    ...(read.has('one_customer') ? [oneCustomer()] : []),
    ...(read.has('request_id') ? [textBox('request_id')] : []),
    ...(read.has('search') ? [textBox('search')] : []),
    ...multiVariables.map(filter),
    ...(read.has('slo_ms') ? [number('slo_ms', [1000, 2000, 4000, 8000, 15000, 30000])] : []),
    ...(read.has('slo_target') ? [number('slo_target', [0.9, 0.95, 0.99, 0.995, 0.999])] : []),
    new AdHocVariableBuilder('more').label('More filters').datasource(chosenDatasource),
    // Whose columns the ad hoc filters offer.
    new ConstantVariableBuilder('clickhouse_adhoc_query').value('sidelight.requests'),
  ]
}

const datasource = () => new DatasourceVariableBuilder('datasource').label('Data source').type(datasourceType)

/** The macro of the filters reads what is chosen, so it must say All from the start. */
const filter = (name: MultiVariable) =>
  choices(name, valuesSql(name)(grafana))
    .multi(true)
    .includeAll(true)
    .current({ text: ['All'], value: ['$__all'], selected: true })

const oneCustomer = () =>
  choices('one_customer', valuesSql('customer')(grafana)).multi(false).includeAll(false)

function choices(name: VarName, rawSql: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(labels[name])
    .datasource(chosenDatasource)
    .query({ refId: `values-${name}`, queryType: 'sql', rawSql })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled)
}

const textBox = (name: VarName) => new TextBoxVariableBuilder(name).label(labels[name]).defaultValue('')

function number(name: 'slo_ms' | 'slo_target', values: readonly number[]): CustomVariableBuilder {
  const fallback = String(numberDefaults[name])
  return new CustomVariableBuilder(name)
    .label(labels[name])
    .values(values.join(','))
    .options(values.map((value) => option(String(value), String(value) === fallback)))
    .current(option(fallback, true))
}

const option = (value: string, selected: boolean) => ({ text: value, value, selected })
