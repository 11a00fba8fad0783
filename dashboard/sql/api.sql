-- What screens ask for beside the live stream. Boxes are degrees, EPSG:4326, as the columns.

-- name: gauge
SELECT g.id, g.name, g.river, g.kana, g.area_code, a.name AS area_name,
       ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat, g.datum, g.scheme,
       g.start_m, g.standby_m, g.caution_m, g.evacuation_m, g.danger_m, g.overflow_m
FROM gauge g LEFT JOIN area a ON a.code = g.area_code
WHERE g.id = %(gauge)s

-- name: state
SELECT * FROM river_state WHERE incident_id = %(incident)s AND gauge_id = %(gauge)s

-- name: readings
-- newest first, so that a bound cuts off the oldest; the newest verdict wins over the reading's own flag
SELECT r.observed_at, r.received_at, r.level_m, r.source,
       coalesce(v.flag, r.flag) AS flag, coalesce(v.reasons, r.reasons) AS reasons
FROM reading r
LEFT JOIN LATERAL (
    SELECT flag, reasons FROM reading_verdict
    WHERE gauge_id = r.gauge_id AND observed_at = r.observed_at
    ORDER BY id DESC LIMIT 1
) v ON true
WHERE r.gauge_id = %(gauge)s AND r.incident_id = %(incident)s
  AND r.observed_at BETWEEN %(from)s AND %(to)s
ORDER BY r.observed_at DESC, r.received_at DESC
LIMIT %(limit)s

-- name: chronology
-- the newest first; a place is a municipality: what names it, or is about something that stands in it
SELECT c.*, a.display_name AS author,
       (SELECT max(k.id) FROM chronology k WHERE k.corrects_id = c.id) AS corrected_by
FROM chronology c LEFT JOIN account a ON a.id = c.author_id
WHERE c.incident_id = %(incident)s
  AND (%(before)s::bigint IS NULL OR c.id < %(before)s)
  AND (%(categories)s::text[] IS NULL OR c.category = ANY(%(categories)s))
  AND (%(from)s::timestamptz IS NULL OR c.event_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR c.event_at <= %(to)s)
  AND (%(q)s::text IS NULL OR c.text ILIKE %(q)s OR c.text_en ILIKE %(q)s OR a.display_name ILIKE %(q)s)
  AND (%(place)s::text IS NULL
       OR c.params ->> 'area' = %(place)s
       OR c.text LIKE %(place_name)s
       OR (c.object_kind = 'gauge' AND c.object_id IN (SELECT id FROM gauge WHERE area_code = %(place)s))
       OR (c.object_kind = 'shelter' AND c.object_id IN (SELECT id FROM shelter WHERE area_code = %(place)s)))
ORDER BY c.id DESC
LIMIT %(limit)s

-- name: area_name
SELECT name FROM area WHERE code = %(place)s

-- name: add_note
INSERT INTO chronology (incident_id, event_at, category, object_kind, object_id, severity, code, params, text,
                        text_en, author_id, corrects_id)
VALUES (%(incident)s, %(event_at)s, %(category)s, %(object_kind)s, %(object_id)s, %(severity)s, %(code)s,
        %(params)s, %(text)s, %(text)s, %(author)s, %(corrects)s)
RETURNING *

-- name: to_correct
-- locked, so that two corrections of one entry cannot both be the newest
SELECT c.*, (SELECT max(k.id) FROM chronology k WHERE k.corrects_id = c.id) AS corrected_by
FROM chronology c WHERE c.id = %(entry)s AND c.incident_id = %(incident)s FOR UPDATE OF c

-- name: known_entries
SELECT event_at, category, object_id, text FROM chronology WHERE incident_id = %(incident)s

-- name: import_entries
INSERT INTO chronology (incident_id, event_at, category, object_id, severity, code, params, text, text_en, author_id)
SELECT %(incident)s, n.event_at, n.category, nullif(n.object_id, ''), n.severity, 'import', n.params::json, n.text,
       n.text_en, %(author)s
FROM unnest(%(event_at)s::timestamptz[], %(categories)s::text[], %(object_ids)s::text[], %(severities)s::int2[],
            %(params)s::text[], %(texts)s::text[], %(texts_en)s::text[])
     WITH ORDINALITY AS n(event_at, category, object_id, severity, params, text, text_en, ord)
ORDER BY n.ord
RETURNING *

-- name: refuges
WITH refuge AS (
    SELECT 'site' AS kind, id, name, kana, address, area_code, geom, hazards, capacity, notes, source
    FROM evacuation_site
    UNION ALL
    SELECT 'shelter', id, name, kana, address, area_code, geom, '{}'::text[], capacity, notes, source
    FROM shelter
),
found AS (
    SELECT * FROM refuge
    WHERE (%(kind)s::text IS NULL OR kind = %(kind)s)
      AND (%(hazard)s::text IS NULL OR %(hazard)s = ANY(hazards))
      AND (%(west)s::float8 IS NULL
           OR geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))
      AND (%(q)s::text IS NULL OR name ILIKE %(q)s OR kana ILIKE %(q)s OR address ILIKE %(q)s)
)
SELECT kind, id, name, address, area_code AS area, ST_X(geom) AS lon, ST_Y(geom) AS lat,
       hazards, capacity, notes, source, (SELECT count(*) FROM found) AS total
FROM found
ORDER BY name, kind, id
LIMIT %(limit)s

-- name: quarantine
SELECT id, last_received_at AS received_at, topic, adapter, error_code, detail, count, size_bytes AS size
FROM quarantine
ORDER BY last_received_at DESC, id DESC
LIMIT %(limit)s

-- name: layers
SELECT 'gauge' AS layer, (SELECT max(observed_at) FROM river_state WHERE incident_id = %(incident)s) AS newest_at,
       (SELECT count(*) FROM gauge) AS count, (SELECT array_agg(DISTINCT source) FROM gauge) AS sources
UNION ALL
SELECT 'warning', (SELECT max(issued_at) FROM warning_telegram WHERE incident_id = %(incident)s),
       (SELECT count(*) FROM warning_state WHERE incident_id = %(incident)s AND level IS NOT NULL),
       -- a record that keeps only the highest level of a telegram must say so wherever it is shown
       (SELECT array_agg(publisher || CASE WHEN partial THEN '（各電文の最も高いレベルのみの記録）' ELSE '' END)
        FROM (SELECT publisher, bool_or(complete_from > 2) AS partial
              FROM warning_telegram WHERE incident_id = %(incident)s GROUP BY publisher) AS p)
UNION ALL
SELECT 'area', NULL, count(*), array_agg(DISTINCT source) FROM area
UNION ALL
SELECT 'site', NULL, count(*), array_agg(DISTINCT source) FROM evacuation_site
UNION ALL
SELECT 'shelter', NULL, count(*), array_agg(DISTINCT source) FROM shelter
UNION ALL
-- statistics are as old as the day that they are of
SELECT 'people', min(as_of)::timestamptz, count(*),
       array_agg(DISTINCT source || CASE WHEN synthetic THEN '（合成）' ELSE '' END)
FROM people_point
UNION ALL
SELECT 'facility', NULL, count(*), array_agg(DISTINCT source) FROM facility
UNION ALL
SELECT 'road', NULL, count(*), array_agg(DISTINCT source) FROM road
UNION ALL
SELECT 'camera', (SELECT max(observed_at) FROM camera_frame WHERE incident_id = %(incident)s),
       count(*), array_agg(DISTINCT source) FROM camera
UNION ALL
SELECT 'chronology', max(event_at), count(*), NULL FROM chronology WHERE incident_id = %(incident)s

-- name: heartbeat
-- of the ingest process seen last, by the database's clock, since heartbeats come from other machines too
SELECT extract(epoch FROM now() - max(seen_at))::float8 AS age_s FROM service WHERE id LIKE 'ingest%%'

-- name: revision
SELECT version_num FROM alembic_version

-- name: put_aside
-- what somebody sent and could not be read; equal ones are one with a count
INSERT INTO quarantine (digest, topic, payload, size_bytes, adapter, error_code, detail, count,
                        first_received_at, last_received_at)
VALUES (%(digest)s, %(topic)s, %(payload)s, %(size)s, %(adapter)s, %(code)s, %(detail)s, 1, %(at)s, %(at)s)
ON CONFLICT (digest) DO UPDATE SET count = quarantine.count + 1,
    last_received_at = greatest(quarantine.last_received_at, excluded.last_received_at)
