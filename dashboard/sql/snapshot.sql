-- The whole picture of an incident, read in one REPEATABLE READ transaction.

-- name: begin
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: incident
-- the one that was opened last and is still open
SELECT * FROM incident WHERE closed_at IS NULL ORDER BY id DESC LIMIT 1

-- name: identity
-- which database this is, and which incident is current: together, which picture
SELECT (SELECT system_identifier::text FROM pg_control_system())
       || '/' || (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
       (SELECT id FROM incident WHERE closed_at IS NULL ORDER BY id DESC LIMIT 1) AS incident_id

-- name: gauges
SELECT g.id, g.name, g.river, g.kana, g.area_code, a.name AS area_name,
       ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat, g.datum, g.scheme,
       g.start_m, g.standby_m, g.caution_m, g.evacuation_m, g.danger_m, g.overflow_m
FROM gauge g LEFT JOIN area a ON a.code = g.area_code
ORDER BY g.id

-- name: states
SELECT * FROM river_state WHERE incident_id = %(incident)s

-- name: warnings
SELECT * FROM warning_state WHERE incident_id = %(incident)s AND level IS NOT NULL ORDER BY id

-- name: chronology
SELECT c.*, a.display_name AS author
FROM (SELECT * FROM chronology WHERE incident_id = %(incident)s ORDER BY id DESC LIMIT %(limit)s) c
LEFT JOIN account a ON a.id = c.author_id
ORDER BY c.id

-- name: services
SELECT * FROM service ORDER BY id

-- name: quarantine
SELECT error_code, sum(count)::bigint AS messages, max(last_received_at) AS latest_at
FROM quarantine GROUP BY error_code ORDER BY error_code

-- name: forecasts
SELECT gauge_id, version, value FROM forecast_state WHERE incident_id = %(incident)s ORDER BY gauge_id

-- name: inundations
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM inundation_run r JOIN terrain t ON t.id = r.terrain_id
WHERE r.incident_id = %(incident)s
ORDER BY r.id
