-- What a replayed storm left in the database.

-- name: readings
SELECT key, gauge_id, observed_at, device_at, level_m FROM reading

-- name: flags
-- the verdict that holds: the newest later judgement, else the first one
SELECT r.key, coalesce(v.flag, r.flag)
FROM reading r
LEFT JOIN LATERAL (
    SELECT flag FROM reading_verdict
    WHERE gauge_id = r.gauge_id AND observed_at = r.observed_at
    ORDER BY id DESC LIMIT 1
) v ON true

-- name: states
SELECT gauge_id, level_m, river_class, observed_at FROM river_state

-- name: classes
SELECT coalesce(s.river_class, 'unknown'), count(*)
FROM gauge g LEFT JOIN river_state s ON s.gauge_id = g.id
GROUP BY 1

-- name: quarantined
SELECT coalesce(sum(count), 0)::int FROM quarantine

-- name: telegrams
SELECT source_id, items FROM warning_telegram

-- name: in_force
SELECT publisher, region, level FROM warning_state WHERE level IS NOT NULL

-- name: settled
-- readings so far, and the newest change that is not a heartbeat
SELECT (SELECT count(*) FROM reading), (SELECT coalesce(max(id), 0) FROM change WHERE kind <> 'service')
