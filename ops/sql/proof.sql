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
-- readings so far, and the newest change that is no heartbeat and no sign of life of a video
SELECT (SELECT count(*) FROM reading), (SELECT coalesce(max(id), 0) FROM change WHERE kind NOT IN ('service', 'video'))

-- name: usable_readings
-- flags 1 to 3 by the verdict that holds
SELECT r.gauge_id, array_agg(extract(epoch FROM r.observed_at)::float8 ORDER BY r.observed_at, r.received_at),
       array_agg(r.level_m ORDER BY r.observed_at, r.received_at)
FROM reading r
LEFT JOIN LATERAL (
    SELECT flag FROM reading_verdict
    WHERE gauge_id = r.gauge_id AND observed_at = r.observed_at
    ORDER BY id DESC LIMIT 1
) v ON true
WHERE coalesce(v.flag, r.flag) IN (1, 2, 3) AND r.level_m IS NOT NULL
GROUP BY r.gauge_id

-- name: newest_forecasts
SELECT DISTINCT ON (f.gauge_id) f.*, s.value
FROM level_forecast f JOIN forecast_state s ON s.incident_id = f.incident_id AND s.gauge_id = f.gauge_id
ORDER BY f.gauge_id, f.origin_at DESC, f.state_version DESC

-- name: start_and_danger
SELECT id, coalesce(start_m, 'NaN'), coalesce(danger_m, 'NaN') FROM gauge
