-- What everybody may know. Read in one REPEATABLE READ, READ ONLY transaction.

-- name: begin
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: installation
SELECT kind FROM installation

-- name: incident
-- the one that was opened last and is still open; a drill is shown by a demo only, however it got here
SELECT * FROM incident
WHERE closed_at IS NULL
  AND (kind = 'actual' OR (%(demo)s AND EXISTS (SELECT FROM installation WHERE kind = 'demo')))
ORDER BY id DESC LIMIT 1

-- name: areas
SELECT code, name, ST_AsBinary(geom) AS ground FROM area ORDER BY code

-- name: districts
-- where the people of a district live on average
SELECT area_code AS area, district AS name, sum(ST_X(geom) * persons) / nullif(sum(persons), 0) AS lon,
       sum(ST_Y(geom) * persons) / nullif(sum(persons), 0) AS lat, sum(persons) AS persons,
       bool_or(synthetic) AS synthetic
FROM people_point WHERE district IS NOT NULL AND area_code IS NOT NULL
GROUP BY area_code, district ORDER BY area_code, district

-- name: places
-- shelters and sites; what is both is told once, with the hazards that its site is designated for
WITH shelters AS (
    SELECT s.id, 'shelter' AS kind, s.name, s.kana, s.address, s.area_code AS area, s.geom, s.capacity, s.welfare,
           s.accepts, site.hazards, site.id AS site_id
    FROM shelter s
    LEFT JOIN LATERAL (
        SELECT e.id, e.hazards FROM evacuation_site e
        WHERE e.area_code = s.area_code AND ST_DWithin(e.geom, s.geom, 0.002)
          AND (e.name = s.name OR e.address = s.address)
        ORDER BY e.geom <-> s.geom LIMIT 1
    ) site ON true
),
refuge AS (
    SELECT * FROM shelters
    UNION ALL
    SELECT e.id, 'site', e.name, e.kana, e.address, e.area_code, e.geom, e.capacity, false, NULL, e.hazards, NULL
    FROM evacuation_site e WHERE NOT EXISTS (SELECT FROM shelters t WHERE t.site_id = e.id)
)
SELECT r.id, r.kind, r.name, r.kana, r.address, r.area, round(ST_X(r.geom)::numeric, 5)::float8 AS lon,
       round(ST_Y(r.geom)::numeric, 5)::float8 AS lat, r.capacity, r.welfare, r.accepts, r.hazards
FROM refuge r ORDER BY r.id

-- name: statuses
SELECT shelter_id, summary, reported_at, silence FROM shelter_status
WHERE incident_id = %(incident)s AND version > 0

-- name: warnings
SELECT * FROM warning_state WHERE incident_id = %(incident)s AND level IS NOT NULL ORDER BY level DESC, id

-- name: proposals
SELECT * FROM proposal
WHERE incident_id = %(incident)s AND state IN ('open', 'taken') AND act = 'issue' AND expires_at > %(now)s
ORDER BY level DESC, id

-- name: reserved
SELECT shelter_id, sum(persons)::int AS persons FROM shelter_reservation
WHERE incident_id = %(incident)s AND expires_at > %(wall)s GROUP BY shelter_id

-- name: feeds
SELECT 'order' AS layer, (SELECT max(r.effective_at) FROM order_revision r
                          JOIN evacuation_order o ON o.id = r.order_id
                          WHERE o.incident_id = %(incident)s) AS newest_at
UNION ALL
SELECT 'warning', (SELECT max(issued_at) FROM warning_telegram WHERE incident_id = %(incident)s)
UNION ALL
SELECT 'gauge', (SELECT max(observed_at) FROM river_state WHERE incident_id = %(incident)s)
UNION ALL
SELECT 'proposal', (SELECT max(updated_at) FROM proposal WHERE incident_id = %(incident)s)
UNION ALL
SELECT 'shelter', (SELECT max(reported_at) FROM shelter_status WHERE incident_id = %(incident)s)

-- name: changed
-- whether something that everybody may know has changed since a position, and up to where was looked
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS upto,
       EXISTS (SELECT FROM change
               WHERE transaction > %(after)s
                 AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                 AND kind = ANY(%(kinds)s)) AS changed
