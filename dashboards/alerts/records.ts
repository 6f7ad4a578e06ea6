import { gapsSql } from '../catalog/gaps.ts'
import { ago, type Rule } from './rule.ts'

const lost: Rule = {
  uid: 'sidelight-records-lost',
  title: 'Records are missing',
  severity: 'warning',
  fires: { above: 0 },
  lasting: '5m',
  summary: '{{ .Values.A }} records of {{ .Labels.sidecar }} never came',
  todo: 'See whether the disk of the sidecar is full, and what is in quarantine: `sidelight ingest --quarantine list`.',
  panel: 'pipeline-lost',
  sql: `SELECT sidecar_id AS sidecar, toFloat64(sum(missing)) AS records FROM (${gapsSql({ since: ago(60), until: 'now()' })}) GROUP BY sidecar ORDER BY sidecar`,
}

const late: Rule = {
  uid: 'sidelight-records-late',
  title: 'Records come late',
  severity: 'warning',
  fires: { above: 30 },
  lasting: '10m',
  summary: 'Records take {{ .Values.A }} s to the warehouse',
  todo: 'See whether the warehouse or the shipper is slow; records wait on the disk of the sidecar.',
  panel: 'pipeline-lag',
  sql: `SELECT toFloat64(quantileTDigest(0.99)(greatest(0, dateDiff('millisecond', ts, ingested_at) - duration_ms)) / 1000) AS seconds
FROM sidelight.requests WHERE ts >= ${ago(24 * 60)} AND ingested_at >= ${ago(15)} HAVING count() > 0`,
}

/** Of a system that had traffic within the day. One that is idle for longer is idle, not broken. */
const silence: Rule = {
  uid: 'sidelight-silence',
  title: 'No record comes any more',
  severity: 'critical',
  fires: { above: 15 },
  lasting: '5m',
  summary: 'No record for {{ .Values.A }} minutes',
  todo: 'See whether sidecars run, whether they serve, and whether their records are shipped.',
  panel: 'pipeline-freshness',
  whenEmpty: 'alert',
  sql: `SELECT toFloat64(if(count() = 0, 0, dateDiff('second', max(ts), now64(3)) / 60)) AS minutes FROM sidelight.requests WHERE ts >= ${ago(24 * 60)}`,
}

export const records: readonly Rule[] = [lost, late, silence]
