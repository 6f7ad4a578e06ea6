/**
 * Numbers of records that never came. `seq` is given when a request ends, so a window of `ts` would take a long request
 * for a lost one: the window is that of the numbers that came in it. What came in the last two minutes before now is
 * left out, because numbers may come out of order. `seq` restarts with each boot and worker.
 */
export function gapsSql({ since, until }: { since: string; until: string }): string {
  return `SELECT r.sidecar_id AS sidecar_id, any(w.highest) - any(w.lowest) + 1 - uniqExact(r.seq) AS missing
FROM sidelight.requests AS r GLOBAL INNER JOIN (
  SELECT sidecar_id, boot, worker, min(seq) AS lowest, max(seq) AS highest FROM sidelight.requests
  WHERE ingested_at >= ${since} AND ingested_at <= least(${until}, now() - toIntervalMinute(2)) AND seq > 0
  GROUP BY sidecar_id, boot, worker) AS w
ON w.sidecar_id = r.sidecar_id AND w.boot = r.boot AND w.worker = r.worker
WHERE r.ts >= ${since} - toIntervalDay(1) AND r.seq >= w.lowest AND r.seq <= w.highest
GROUP BY r.sidecar_id, r.boot, r.worker HAVING missing > 0`
}
