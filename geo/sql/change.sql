-- The change feed. Rows are ordered by (transaction, id). A transaction's rows may be read only when no
-- transaction that started before it can still commit, i.e. below the snapshot's xmin: ids alone would
-- skip rows of transactions that commit late.

-- name: insert
INSERT INTO change (incident_id, kind, object_id, version, value)
SELECT %(incident)s, n.kind, n.object_id, n.version, n.value::json
FROM unnest(%(kinds)b::text[], %(objects)b::text[], %(versions)b::bigint[], %(values)b::text[])
     AS n(kind, object_id, version, value)

-- name: notify
SELECT pg_notify('sonae_change', '')

-- name: read_after
SELECT transaction, id, kind, object_id, version, value::text, at
FROM change
WHERE (transaction, id) > (%(transaction)s, %(id)s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  AND incident_id = %(incident)s
ORDER BY transaction, id
LIMIT %(limit)s

-- name: start_of_newest
-- the change before the newest %(count)s of an incident: reading after it yields just those
SELECT transaction, id FROM change
WHERE incident_id = %(incident)s AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction DESC, id DESC
OFFSET %(count)s LIMIT 1

-- name: horizon
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS visible_below,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_transaction,
       coalesce((SELECT transaction FROM change_horizon), 0) AS pruned_to

-- name: prune
WITH gone AS (
    DELETE FROM change WHERE at < now() - make_interval(secs => %(keep_s)s) RETURNING transaction
)
INSERT INTO change_horizon (singleton, transaction)
SELECT true, max(transaction) FROM gone HAVING count(*) > 0
ON CONFLICT (singleton) DO UPDATE SET transaction = greatest(change_horizon.transaction, excluded.transaction)
