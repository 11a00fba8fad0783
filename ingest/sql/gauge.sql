-- name: all
SELECT g.id, g.name, g.river, g.kana, g.area_code, a.name AS area_name,
       ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat, g.datum, g.scheme,
       g.start_m, g.standby_m, g.caution_m, g.evacuation_m, g.danger_m, g.overflow_m,
       g.active_interval_s, g.idle_interval_s, g.zero_tp_m
FROM gauge g LEFT JOIN area a ON a.code = g.area_code
ORDER BY g.id

-- name: devices
SELECT id, gauge_id FROM device WHERE gauge_id IS NOT NULL AND enabled

-- name: digest
SELECT md5(coalesce(string_agg(g::text, '' ORDER BY g.id), ''))
       || md5(coalesce((SELECT string_agg(d.id || coalesce(d.gauge_id, '') || d.enabled, '' ORDER BY d.id)
                        FROM device d), ''))
FROM gauge g

-- name: states
SELECT * FROM river_state WHERE incident_id = %(incident)s

-- name: recent_readings
-- the newest readings of every gauge, in the order in which they arrived
SELECT r.gauge_id, r.observed_at, r.received_at, r.device_at, r.level_m, r.source
FROM gauge g
CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE gauge_id = g.id ORDER BY observed_at DESC LIMIT %(depth)s
) r
ORDER BY r.received_at, r.observed_at

-- name: corrected_gauges
SELECT DISTINCT gauge_id FROM reading WHERE time_corrected
