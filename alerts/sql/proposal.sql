-- What proposals are computed from.

-- name: new_forecasts
-- of every gauge all forecasts that were not looked at yet, in the order in which they were made: by the
-- version of the river's state first, since a drill's clock may have been set back
SELECT f.gauge_id, f.state_version, f.origin_at, extract(epoch FROM f.origin_at)::float8 AS origin_s, f.status,
       f.newest_m, f.slope_m_per_h, f.thresholds_m, f.passing, ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat
FROM forecast_state s
JOIN gauge g ON g.id = s.gauge_id
LEFT JOIN proposal_gauge p ON p.incident_id = s.incident_id AND p.gauge_id = s.gauge_id
JOIN level_forecast f ON f.incident_id = s.incident_id AND f.gauge_id = s.gauge_id
     AND (p.gauge_id IS NULL OR (f.state_version, f.origin_at) > (p.state_version, p.origin_at))
WHERE s.incident_id = %(incident)s
  AND (p.gauge_id IS NULL OR (s.state_version, s.origin_at) IS DISTINCT FROM (p.state_version, p.origin_at))
ORDER BY f.gauge_id, f.state_version, f.origin_at

-- name: gauge_rules
SELECT gauge_id, rules, since FROM proposal_gauge WHERE incident_id = %(incident)s AND gauge_id = ANY(%(gauges)s)

-- name: put_gauge_rules
INSERT INTO proposal_gauge AS old (incident_id, gauge_id, state_version, origin_at, rules, since)
VALUES (%(incident)s, %(gauge)s, %(state_version)s, %(origin_at)s, %(rules)s, %(since)s::json)
ON CONFLICT (incident_id, gauge_id) DO UPDATE
SET state_version = excluded.state_version, origin_at = excluded.origin_at, rules = excluded.rules,
    since = excluded.since

-- name: gauges
SELECT g.id, g.name, g.river, g.area_code, g.start_m, g.standby_m, g.caution_m, g.evacuation_m, g.danger_m,
       g.overflow_m, s.level_m, s.observed_at, s.silent, coalesce(s.threshold_doubt, false) AS doubted, s.trend,
       f.origin_at, f.status, f.value -> 'time_to' AS time_to, f.value -> 'passing' AS passing,
       coalesce(p.rules, '{}') AS rules
FROM gauge g
LEFT JOIN river_state s ON s.gauge_id = g.id AND s.incident_id = %(incident)s
LEFT JOIN forecast_state f ON f.gauge_id = g.id AND f.incident_id = %(incident)s
LEFT JOIN proposal_gauge p ON p.gauge_id = g.id AND p.incident_id = %(incident)s
ORDER BY g.id

-- name: warnings
SELECT id, publisher, region, hazard, level, name, river, areas, issued_at
FROM warning_state WHERE incident_id = %(incident)s AND level >= 2
ORDER BY id

-- name: bindings
SELECT gauge_id, area_kind, area_id, source FROM gauge_area ORDER BY gauge_id, area_kind, area_id

-- name: orders
-- orders in force or being drafted, with the hazard of the newest revision
SELECT o.id, o.area_code, o.state, o.level, o.proposal_id, r.hazard
FROM evacuation_order o
JOIN order_revision r ON r.order_id = o.id
     AND r.number = coalesce(o.revision, (SELECT max(number) FROM order_revision WHERE order_id = o.id))
WHERE o.incident_id = %(incident)s AND o.state IN ('draft', 'submitted', 'issued')
ORDER BY o.id

-- name: flooded
-- where simulated breaches bring water to people: the newest finished run of each gauge
WITH run AS (
    SELECT DISTINCT ON (gauge_id) id, gauge_id, title, title_en, finished_at
    FROM inundation_run
    WHERE incident_id = %(incident)s AND state = 'done' AND gauge_id IS NOT NULL
    ORDER BY gauge_id, id DESC
)
SELECT r.id, r.gauge_id, r.title, r.title_en, r.finished_at, a ->> 'kind' AS kind, a ->> 'code' AS code,
       a ->> 'name' AS name, max((a ->> 'people_ever')::float8) AS people, min((a ->> 'arrival_s')::float8) AS first_s,
       max((a ->> 'arrival_s')::float8) AS last_s
FROM run r
JOIN inundation_document d ON d.run_id = r.id AND d.kind = 'impact'
CROSS JOIN LATERAL json_array_elements(d.document -> 'areas') a
WHERE a ->> 'code' IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 1, 6, 7, 8

-- name: skill
SELECT subject, document FROM level_skill WHERE subject = ANY(%(subjects)s)

-- name: areas
SELECT code, name, ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat FROM area ORDER BY code

-- name: people
SELECT area_code, district, ST_X(geom) AS lon, ST_Y(geom) AS lat, persons, households, ages, synthetic
FROM people_point WHERE area_code IS NOT NULL ORDER BY id

-- name: facilities
SELECT area_code, kind, count(*)::int AS count FROM facility
WHERE area_code IS NOT NULL AND kind IN ('care_home', 'day_care', 'disabled_care', 'hospital', 'clinic', 'school',
                                         'nursery', 'children')
GROUP BY 1, 2 ORDER BY 1, 2

-- name: refuges
SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat, hazards FROM evacuation_site

-- name: put_binding
INSERT INTO gauge_area AS old (gauge_id, area_kind, area_id, source, verified)
VALUES (%(gauge)s, %(kind)s, %(area)s, %(source)s, %(verified)s)
ON CONFLICT (gauge_id, area_kind, area_id) DO UPDATE SET source = excluded.source, verified = excluded.verified
