import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import * as v from 'valibot'
import { retention as retentionSchema } from '../../contract/config/retention.ts'
import { renderRetention } from '../retention.ts'
import { migrations } from './all.ts'
import { renderHistoryTable } from './history.ts'
import { type Rendering, renderDatabase, renderMigration, shardedTables } from './render.ts'
import { type Target, targets } from './step.ts'

const retention = v.parse(retentionSchema, {})

function renderingFor(target: Target): Rendering {
  return {
    target,
    database: 'sidelight',
    cluster: target === 'cluster' ? 'main' : '',
    customers: 'few',
    sharded: shardedTables(migrations),
  }
}

function statementsFor(target: Target): string[] {
  const to = renderingFor(target)
  return [
    renderDatabase(to),
    renderHistoryTable(to),
    ...migrations.flatMap((migration) => renderMigration(migration, to)),
    ...renderRetention(retention, to, new Map()),
  ]
}

for (const target of targets) {
  test(`the schema for ${target} is as it was looked at`, (t) => {
    const text = `${statementsFor(target).join(';\n\n')};\n`
    const file = join(import.meta.dirname, 'rendered', `${target}.sql`)
    t.assert.fileSnapshot(text, file, { serializers: [(value: unknown) => String(value)] })
  })
}

test('on a cluster every definition is for all nodes, and every table that holds rows has replicas', () => {
  for (const statement of statementsFor('cluster')) {
    const [head = ''] = statement.split('\n')
    assert.match(head, /^(CREATE|ALTER) .* ON CLUSTER 'main'/)
    const engine = /ENGINE = (\w+)/.exec(statement)?.[1]
    if (engine !== undefined) assert.match(engine, /^(Replicated\w+|Distributed)$/, head)
  }
})

test('on a cluster a view feeds and is fed by the rows of its own shard', () => {
  const views = statementsFor('cluster').filter((text) => text.startsWith('CREATE MATERIALIZED VIEW'))
  assert.ok(views.length >= 9)
  for (const view of views) {
    const named = [...view.matchAll(/`sidelight`\.`(\w+)`/g)].slice(1).map((match) => match[1])
    assert.ok(named.length === 2 && named.every((name) => name?.endsWith('_local')), view)
  }
})

test('elsewhere nothing speaks of a cluster', () => {
  for (const target of ['embedded', 'server', 'cloud'] as const) {
    assert.doesNotMatch(
      statementsFor(target).join('\n'),
      /ON CLUSTER|Replicated\w*MergeTree|Distributed|_local/,
    )
  }
})

test('every table remembers its inserts, so that a repeated one is dropped', () => {
  for (const target of targets) {
    for (const text of statementsFor(target).filter((one) => /ENGINE = \w*MergeTree/.test(one))) {
      if (text.includes('schema_migrations')) continue
      assert.match(text, /replicated_deduplication_window = 10000/, text)
    }
  }
})

test('every statement may be run again', () => {
  const again =
    /^(CREATE (TABLE|DATABASE|DICTIONARY|MATERIALIZED VIEW) IF NOT EXISTS|CREATE OR REPLACE VIEW|ALTER TABLE .* (MODIFY|REMOVE) TTL|ALTER TABLE .*\nADD COLUMN IF NOT EXISTS)/
  for (const target of targets) {
    for (const statement of statementsFor(target)) assert.match(statement, again)
  }
})

test('no view joins, and none lets an unknown cost into a sum', () => {
  const steps = migrations.flatMap(({ steps }) => steps)
  for (const step of steps.filter(({ kind }) => kind === 'rollup')) {
    assert.ok(step.kind === 'rollup')
    assert.doesNotMatch(step.select, /\bJOIN\b/i, step.name)
    assert.doesNotMatch(step.select, /sum\(\w\.\w+_usd\)/, step.name)
  }
})

test('many customers are stored as text in every table that names them', () => {
  const to = { ...renderingFor('server'), customers: 'many' as const }
  const text = migrations.flatMap((migration) => renderMigration(migration, to)).join('\n')
  assert.doesNotMatch(text, /`customer` LowCardinality/)
  assert.match(text, /`customer` String CODEC\(ZSTD\(1\)\)/)
})
