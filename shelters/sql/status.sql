-- Projections of a shelter's operations, written in the transaction that adds them.

-- name: place
SELECT s.id, s.name, s.kana, s.address, s.area_code, a.name AS area_name, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat,
       s.welfare, s.capacity
FROM shelter s LEFT JOIN area a ON a.code = s.area_code
WHERE s.id = %(shelter)s

-- name: row
SELECT s.id, s.name, s.kana, s.address, s.area_code, a.name AS area_name, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat,
       s.welfare, s.capacity, t.version, t.newest, t.summary, t.reported_at, t.received_at, t.due_at, t.silence,
       t.silence_reasons, t.action, t.tablets, t.tablet_seen_at, t.waiting
FROM shelter_status t
JOIN shelter s ON s.id = t.shelter_id
LEFT JOIN area a ON a.code = s.area_code
WHERE t.incident_id = %(incident)s AND t.shelter_id = %(shelter)s

-- name: rows
-- every shelter that somebody spoke of in the incident
SELECT s.id, s.name, s.kana, s.address, s.area_code, a.name AS area_name, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat,
       s.welfare, s.capacity, t.version, t.summary, t.reported_at, t.received_at, t.due_at, t.silence,
       t.silence_reasons, t.action, t.tablets, t.tablet_seen_at, t.waiting
FROM shelter_status t
JOIN shelter s ON s.id = t.shelter_id
LEFT JOIN area a ON a.code = s.area_code
WHERE t.incident_id = %(incident)s AND t.version > 0
ORDER BY s.id

-- name: put
UPDATE shelter_status
SET version = version + 1, newest = %(newest)s, state = %(state)s::json, summary = %(summary)s::json,
    reported_at = greatest(reported_at, %(reported_at)s), received_at = greatest(received_at, %(received_at)s)
WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s

-- name: contact
UPDATE shelter_status t
SET tablets = (SELECT count(*) FROM tablet b WHERE b.shelter_id = t.shelter_id AND b.revoked_at IS NULL),
    waiting = (SELECT coalesce(sum(b.waiting), 0) FROM tablet b
               WHERE b.shelter_id = t.shelter_id AND b.revoked_at IS NULL),
    tablet_seen_at = greatest(tablet_seen_at, %(seen_at)s)
WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s

-- name: silence
UPDATE shelter_status
SET version = version + %(step)s, due_at = %(due_at)s, silence = %(silence)s, silence_reasons = %(reasons)s::json,
    action = %(action)s::json
WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s

-- name: stock
WITH now_held AS (
    SELECT * FROM unnest(%(items)s::text[], %(lots)s::text[], %(amounts)s::float8[]) AS n(item, lot, amount)
),
gone AS (
    DELETE FROM shelter_stock s
    WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s
      AND NOT EXISTS (SELECT FROM now_held n WHERE n.item = s.item AND n.lot = s.lot)
)
INSERT INTO shelter_stock (incident_id, shelter_id, item, lot, amount)
SELECT %(incident)s, %(shelter)s, item, lot, amount FROM now_held
ON CONFLICT (incident_id, shelter_id, item, lot) DO UPDATE SET amount = excluded.amount

-- name: line
-- only lines that say something new get a version and go to the screens
INSERT INTO supply_line AS old (incident_id, shelter_id, line, version, item, amount, state, summary)
SELECT %(incident)s, %(shelter)s, n.line, 1, n.item, n.amount, n.state, n.summary::json
FROM unnest(%(lines)s::text[], %(items)s::text[], %(amounts)s::float8[], %(states)s::text[],
            %(summaries)s::text[]) AS n(line, item, amount, state, summary)
ON CONFLICT (incident_id, shelter_id, line) DO UPDATE
SET version = old.version + 1, item = excluded.item, amount = excluded.amount, state = excluded.state,
    summary = excluded.summary
WHERE old.summary::text IS DISTINCT FROM excluded.summary::text
RETURNING shelter_id, line, version, summary, (SELECT name FROM shelter WHERE id = shelter_id) AS shelter_name

-- name: watched
SELECT s.id, s.name, s.area_code, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, t.summary, t.reported_at,
       t.tablet_seen_at, t.received_at, t.due_at, t.silence, t.silence_reasons
FROM shelter_status t JOIN shelter s ON s.id = t.shelter_id
WHERE t.incident_id = %(incident)s
ORDER BY s.id
FOR UPDATE OF t SKIP LOCKED

-- name: cuts
SELECT kind, label, areas, lon, lat, radius_m FROM disruption
WHERE incident_id = %(incident)s AND ended_at IS NULL
