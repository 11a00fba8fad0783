-- The level forecasts: which gauges are due, their readings, and what is kept and shown.

-- name: hold
-- one process at a time forecasts the levels of an incident; the lock ends with the transaction
SELECT pg_try_advisory_xact_lock(%(lock)s, %(incident)s)

-- name: due
-- gauges whose state has changed since they were forecast (a reading, a verdict), or whose forecast was made
-- a while ago: then time alone has made it older
SELECT s.gauge_id, s.version AS state_version, s.observed_at, s.threshold_doubt,
       g.name, g.river, g.start_m, g.standby_m, g.caution_m, g.evacuation_m, g.danger_m, g.overflow_m,
       coalesce(f.warned, false) AS warned
FROM river_state s
JOIN gauge g ON g.id = s.gauge_id
LEFT JOIN forecast_state f ON f.incident_id = s.incident_id AND f.gauge_id = s.gauge_id
WHERE s.incident_id = %(incident)s AND s.observed_at IS NOT NULL
  AND (f.gauge_id IS NULL OR f.state_version <> s.version
       OR (f.status <> 'none' AND f.origin_at <= %(refresh_before)s))
ORDER BY s.gauge_id

-- name: history
-- usable readings (flag 1 to 3 by the newest verdict) of incidents of the same kind, oldest first: a new
-- incident does not begin without a past, and a drill's water never comes into a real river
SELECT r.gauge_id, array_agg(extract(epoch FROM r.observed_at)::float8 ORDER BY r.observed_at, r.received_at),
       array_agg(r.level_m ORDER BY r.observed_at, r.received_at)
FROM reading r
LEFT JOIN (
    SELECT DISTINCT ON (gauge_id, observed_at) gauge_id, observed_at, flag
    FROM reading_verdict
    WHERE gauge_id = ANY(%(gauges)s) AND observed_at >= %(since)s
    ORDER BY gauge_id, observed_at, id DESC
) v ON v.gauge_id = r.gauge_id AND v.observed_at = r.observed_at
WHERE r.gauge_id = ANY(%(gauges)s) AND r.observed_at >= %(since)s AND r.level_m IS NOT NULL
  AND coalesce(v.flag, r.flag) BETWEEN 1 AND 3
  AND r.incident_id IN (SELECT id FROM incident
                        WHERE kind = (SELECT kind FROM incident WHERE id = %(incident)s))
GROUP BY r.gauge_id

-- name: keep
-- arrays come in one piece: each forecast takes its slice
INSERT INTO level_forecast (incident_id, gauge_id, origin_at, state_version, made_at, status, observed_at, newest_m,
                            slope_m_per_h, thresholds_m, level_m, highest_m, passing, peak, alarm)
SELECT %(incident)s, n.gauge_id, n.origin_at, n.state_version, %(made_at)s, n.status, nullif(n.observed_at, '-infinity'),
       nullif(n.newest_m, 'NaN'), nullif(n.slope_m_per_h, 'NaN'),
       (a.thresholds_m)[(n.row - 1) * %(thresholds)s + 1 : n.row * %(thresholds)s],
       CASE WHEN n.status <> 'none' THEN (a.level_m)[(n.row - 1) * %(fan)s + 1 : n.row * %(fan)s] END,
       CASE WHEN n.status <> 'none' THEN (a.highest_m)[(n.row - 1) * %(fan)s + 1 : n.row * %(fan)s] END,
       CASE WHEN n.status <> 'none' THEN (a.passing)[(n.row - 1) * %(steps)s + 1 : n.row * %(steps)s] END,
       CASE WHEN n.status <> 'none' THEN (a.peak)[(n.row - 1) * %(peaks)s + 1 : n.row * %(peaks)s] END,
       n.alarm
FROM unnest(%(gauge_ids)b::text[], %(origins)b::timestamptz[], %(state_versions)b::int8[], %(statuses)b::text[],
            %(observed)b::timestamptz[], %(newest)b::float8[], %(slopes)b::float8[], %(alarms)b::boolean[])
     WITH ORDINALITY AS n(gauge_id, origin_at, state_version, status, observed_at, newest_m, slope_m_per_h, alarm, row)
CROSS JOIN (SELECT %(thresholds_m)b::float4[] AS thresholds_m, %(levels)b::float4[] AS level_m,
                   %(highest)b::float4[] AS highest_m, %(passing)b::float4[] AS passing,
                   %(peak)b::float4[] AS peak) a
ON CONFLICT DO NOTHING

-- name: show
INSERT INTO forecast_state (incident_id, gauge_id, version, state_version, origin_at, status, warned, value)
SELECT %(incident)s, n.gauge_id, 1, n.state_version, n.origin_at, n.status, n.warned, n.value::json
FROM unnest(%(gauge_ids)b::text[], %(state_versions)b::int8[], %(origins)b::timestamptz[],
            %(statuses)b::text[], %(warned)b::boolean[], %(values)b::text[])
     AS n(gauge_id, state_version, origin_at, status, warned, value)
ON CONFLICT (incident_id, gauge_id) DO UPDATE SET
    version = forecast_state.version + 1, state_version = excluded.state_version,
    origin_at = excluded.origin_at, status = excluded.status, warned = excluded.warned, value = excluded.value
RETURNING gauge_id, version

-- name: newest
SELECT f.*, g.name, g.river, g.datum, g.zero_tp_m
FROM level_forecast f JOIN gauge g ON g.id = f.gauge_id
WHERE f.incident_id = %(incident)s AND f.gauge_id = %(gauge)s AND f.origin_at <= %(at)s
ORDER BY f.origin_at DESC, f.state_version DESC LIMIT 1
