-- Runs of inundation. A process that works on a run writes only as its newest `attempt`: one that was
-- taken for dead and lives on can change nothing any more.

-- name: add
WITH added AS (
    INSERT INTO inundation_run
        (incident_id, cause, title, title_en, request, inflow, discharge, terrain_id, gauge_id, site_id, breach,
         part, grid, bounds, manning, hours, frame_s, starts_at, notes, requested_by, requested_by_id,
         requested_at)
    VALUES (%(incident)s, %(cause)s, %(title)s, %(title_en)s, %(request)s, %(inflow)s, %(discharge)s, %(terrain)s,
            %(gauge)s, %(site)s, %(breach)s, %(part)s, %(grid)s, %(bounds)s, %(manning)s, %(hours)s, %(frame_s)s,
            %(starts_at)s, %(notes)s, %(requested_by)s, %(requested_by_id)s, %(requested_at)s)
    RETURNING *
)
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM added r JOIN terrain t ON t.id = r.terrain_id

-- name: run
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit, t.file AS terrain_file
FROM inundation_run r JOIN terrain t ON t.id = r.terrain_id
WHERE r.id = %(run)s

-- name: runs
-- of an incident, newest first
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM inundation_run r JOIN terrain t ON t.id = r.terrain_id
WHERE r.incident_id = %(incident)s
ORDER BY r.id DESC

-- name: claim
-- the oldest that waits, those of the newest incident first; two processes never take the same one
WITH taken AS (
    UPDATE inundation_run SET state = 'running', attempt = attempt + 1, heartbeat_at = clock_timestamp(),
        version = version + 1, started_at = %(now)s, finished_at = NULL, progress = 0, member = NULL,
        fault = NULL, frames = '{}', summary = '{}'
    WHERE id = (SELECT id FROM inundation_run WHERE state = 'waiting' AND incident_id = %(incident)s
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
)
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit, t.file AS terrain_file
FROM taken r JOIN terrain t ON t.id = r.terrain_id

-- name: clear
-- what an attempt that was broken off has left behind
WITH gone AS (DELETE FROM inundation_document WHERE run_id = %(run)s)
DELETE FROM inundation_tile WHERE run_id = %(run)s

-- name: tick
-- a sign of life, and whether somebody asks to stop; no row = the run is no longer ours
UPDATE inundation_run SET heartbeat_at = clock_timestamp()
WHERE id = %(run)s AND attempt = %(attempt)s AND state = 'running'
RETURNING stop_asked

-- name: tell
WITH told AS (
    UPDATE inundation_run SET heartbeat_at = clock_timestamp(), version = version + 1, progress = %(progress)s,
        member = %(member)s, frames = %(frames)s, summary = %(summary)s, notes = %(notes)s
    WHERE id = %(run)s AND attempt = %(attempt)s AND state = 'running'
    RETURNING *
)
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM told r JOIN terrain t ON t.id = r.terrain_id

-- name: finish
WITH ended AS (
    UPDATE inundation_run SET state = %(state)s, fault = %(fault)s, finished_at = %(now)s, member = NULL,
        version = version + 1, progress = CASE WHEN %(state)s = 'done' THEN 1 ELSE progress END
    WHERE id = %(run)s AND attempt = %(attempt)s AND state = 'running'
    RETURNING *
)
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM ended r JOIN terrain t ON t.id = r.terrain_id

-- name: put_tiles
INSERT INTO inundation_tile (run_id, member, quantity, t_s, tile_row, tile_column, data)
SELECT %(run)s, %(member)s, %(quantity)s, %(t_s)s, n.tile_row, n.tile_column, n.data
FROM unnest(%(rows)s::int[], %(columns)s::int[], %(data)s::bytea[]) AS n(tile_row, tile_column, data)
ON CONFLICT (run_id, member, quantity, t_s, tile_row, tile_column) DO UPDATE SET data = excluded.data

-- name: put_document
INSERT INTO inundation_document (run_id, member, kind, document)
VALUES (%(run)s, %(member)s, %(kind)s, %(document)s)
ON CONFLICT (run_id, member, kind) DO UPDATE SET document = excluded.document

-- name: lost
-- runs whose process gave no sign of life for too long, by the database's clock
SELECT id, attempt FROM inundation_run
WHERE state = 'running' AND heartbeat_at < clock_timestamp() - make_interval(secs => %(lease_s)s)
FOR UPDATE SKIP LOCKED

-- name: release
-- give a run back that nobody works on any more: it waits again, or has failed too often
WITH released AS (
    UPDATE inundation_run SET version = version + 1, heartbeat_at = NULL, member = NULL, progress = 0,
        notes = %(notes)s,
        state = CASE WHEN stop_asked THEN 'stopped' WHEN attempt < %(most)s THEN 'waiting' ELSE 'failed' END,
        fault = CASE WHEN attempt < %(most)s OR stop_asked THEN NULL ELSE %(fault)s END,
        finished_at = CASE WHEN attempt < %(most)s AND NOT stop_asked THEN NULL ELSE %(now)s END
    WHERE id = %(run)s AND attempt = %(attempt)s AND state = 'running'
    RETURNING *
)
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM released r JOIN terrain t ON t.id = r.terrain_id

-- name: ask_stop
-- one that still waits is stopped at once
WITH asked AS (
    UPDATE inundation_run SET stop_asked = true, version = version + 1,
        state = CASE WHEN state = 'waiting' THEN 'stopped' ELSE state END,
        finished_at = CASE WHEN state = 'waiting' THEN %(now)s ELSE finished_at END
    WHERE id = %(run)s AND incident_id = %(incident)s AND state IN ('waiting', 'running')
    RETURNING *
)
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM asked r JOIN terrain t ON t.id = r.terrain_id

-- name: chronicle
INSERT INTO chronology (incident_id, event_at, category, object_kind, object_id, severity, code, params,
                        text, text_en, author_id)
VALUES (%(incident)s, %(event_at)s, 'forecast', 'inundation', %(run)s, %(severity)s, %(code)s, %(params)s,
        %(text)s, %(text_en)s, %(author)s)
RETURNING *

-- name: area_of
-- the municipality that a place lies in
SELECT name FROM area WHERE ST_Intersects(geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) LIMIT 1

-- name: tile
SELECT data FROM inundation_tile
WHERE run_id = %(run)s AND member = %(member)s AND quantity = %(quantity)s AND t_s = %(t_s)s
  AND tile_row = %(row)s AND tile_column = %(column)s

-- name: document
SELECT document::text FROM inundation_document WHERE run_id = %(run)s AND member = %(member)s AND kind = %(kind)s

-- name: incident_of
SELECT i.* FROM incident i JOIN inundation_run r ON r.incident_id = i.id WHERE r.id = %(run)s

-- name: gauge_forecast
-- a gauge with its newest forecast made by a moment; nulls when there is none
SELECT g.name, g.river, g.datum, g.zero_tp_m, f.origin_at, f.level_m
FROM gauge g
LEFT JOIN LATERAL (
    SELECT origin_at, level_m FROM level_forecast
    WHERE incident_id = %(incident)s AND gauge_id = g.id AND origin_at <= %(now)s
    ORDER BY origin_at DESC, state_version DESC LIMIT 1
) f ON true
WHERE g.id = %(gauge)s

-- name: put_sites
-- rows that are as before are left alone; returns whether each row that was written is new
INSERT INTO breach_site AS old (id, name, gauge_id, line, sill_m, width_m, bed_slope, source, raw)
SELECT n.id, n.name, n.gauge_id, ST_GeomFromText(n.line, 4326), n.sill_m, n.width_m, n.bed_slope, %(source)s,
       n.raw::json
FROM unnest(%(id)s::text[], %(name)s::text[], %(gauge_id)s::text[], %(line)s::text[], %(sill_m)s::float8[],
            %(width_m)s::float8[], %(bed_slope)s::float8[], %(raw)s::text[])
     AS n(id, name, gauge_id, line, sill_m, width_m, bed_slope, raw)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, gauge_id = excluded.gauge_id, line = excluded.line, sill_m = excluded.sill_m,
    width_m = excluded.width_m, bed_slope = excluded.bed_slope, source = excluded.source, raw = excluded.raw
WHERE (old.name, old.gauge_id, ST_AsBinary(old.line), old.sill_m, old.width_m, old.bed_slope, old.source,
       old.raw::text)
   IS DISTINCT FROM
      (excluded.name, excluded.gauge_id, ST_AsBinary(excluded.line), excluded.sill_m, excluded.width_m,
       excluded.bed_slope, excluded.source, excluded.raw::text)
RETURNING xmax = 0

-- name: gauge_ids
SELECT id FROM gauge WHERE id = ANY(%(ids)s)

-- name: sites_due
-- registered sites whose gauge's forecast alarms, and which were not computed by themselves lately
SELECT s.id, s.name, s.gauge_id, ST_AsGeoJSON(s.line)::json AS line, s.sill_m, s.width_m, s.bed_slope,
       s.raw ->> 'land_side' AS land_side, f.origin_at
FROM breach_site s
JOIN forecast_state f ON f.gauge_id = s.gauge_id AND f.incident_id = %(incident)s
WHERE (f.value ->> 'alarm')::boolean AND f.status <> 'none'
  AND f.origin_at > %(now)s::timestamptz - make_interval(secs => %(stale_s)s)
  AND NOT EXISTS (
      SELECT FROM inundation_run r
      WHERE r.incident_id = %(incident)s AND r.site_id = s.id AND r.cause = 'threshold'
        AND r.requested_at > %(now)s::timestamptz - make_interval(secs => %(pause_s)s))
ORDER BY s.id
