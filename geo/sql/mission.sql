-- Missions and landing sites, as screens are told of them and as the desk acts on them.

-- name: missions
-- of an incident; %(ids)s null = all
SELECT m.id, m.version, m.number, m.kind, m.urgency, m.place, ST_AsGeoJSON(m.geom, 6)::json AS geometry,
       ST_X(ST_PointOnSurface(m.geom)) AS lon, ST_Y(ST_PointOnSurface(m.geom)) AS lat, m.radius_m,
       m.requested_by, m.requested_at, m.safety_id, m.request_id, m.landing_site_id, m.status, m.status_at,
       m.vehicle_id, m.assigned_at, m.endurance_until, m.endurance_told_at, m.station_s, m.created_at,
       last.author, last.detail
FROM mission m
LEFT JOIN LATERAL (
    SELECT a.display_name AS author, s.detail FROM mission_step s LEFT JOIN account a ON a.id = s.author_id
    WHERE s.mission_id = m.id AND s.act = 'status' ORDER BY s.id DESC LIMIT 1
) last ON true
WHERE m.incident_id = %(incident)s AND (%(ids)s::integer[] IS NULL OR m.id = ANY (%(ids)s))
ORDER BY m.id

-- name: held
-- one, held for this transaction
SELECT m.*, ST_AsBinary(m.geom) AS shape FROM mission m
WHERE m.incident_id = %(incident)s AND m.id = %(id)s FOR UPDATE

-- name: turn
-- numbers are given one after another
SELECT pg_advisory_xact_lock(hashtext('mission'), %(incident)s)

-- name: same
SELECT id FROM mission WHERE incident_id = %(incident)s AND key = %(key)s

-- name: add
INSERT INTO mission (incident_id, number, key, kind, urgency, place, geom, radius_m, requested_by, requested_at,
                     safety_id, request_id, landing_site_id, note, status, status_at, endurance_until,
                     endurance_told_at, created_at)
SELECT %(incident)s, coalesce(max(number), 0) + 1, %(key)s, %(kind)s, %(urgency)s, %(place)s,
       ST_GeomFromWKB(%(shape)s, 4326), %(radius_m)s, %(requested_by)s, %(requested_at)s, %(safety_id)s,
       %(request_id)s, %(landing_site_id)s, %(note)s, 'requested', %(now)s, %(endurance_until)s,
       %(endurance_told_at)s, %(now)s
FROM mission WHERE incident_id = %(incident)s
RETURNING id, number

-- name: change
UPDATE mission SET version = version + 1, kind = %(kind)s, urgency = %(urgency)s, place = %(place)s,
    geom = ST_GeomFromWKB(%(shape)s, 4326), radius_m = %(radius_m)s, requested_by = %(requested_by)s,
    requested_at = %(requested_at)s, safety_id = %(safety_id)s, request_id = %(request_id)s,
    landing_site_id = %(landing_site_id)s, note = %(note)s, endurance_until = %(endurance_until)s,
    endurance_told_at = %(endurance_told_at)s
WHERE id = %(id)s

-- name: go
UPDATE mission SET version = version + 1, status = %(status)s, status_at = %(now)s, vehicle_id = %(vehicle)s,
    assigned_at = %(assigned_at)s, station_s = station_s + %(station_s)s,
    endurance_until = CASE WHEN vehicle_id IS DISTINCT FROM %(vehicle)s AND vehicle_id IS NOT NULL
                           THEN NULL ELSE endurance_until END,
    endurance_told_at = CASE WHEN vehicle_id IS DISTINCT FROM %(vehicle)s AND vehicle_id IS NOT NULL
                             THEN NULL ELSE endurance_told_at END
WHERE id = %(id)s

-- name: step
INSERT INTO mission_step (mission_id, key, act, status, vehicle_id, at, author_id, note, detail)
VALUES (%(id)s, %(key)s, %(act)s, %(status)s, %(vehicle)s, %(now)s, %(author)s, %(note)s, %(detail)s)

-- name: step_known
SELECT 1 FROM mission_step WHERE mission_id = %(id)s AND key = %(key)s

-- name: steps
SELECT s.act, s.status, s.vehicle_id AS vehicle, s.at, s.note, s.detail, a.display_name AS author
FROM mission_step s LEFT JOIN account a ON a.id = s.author_id
WHERE s.mission_id = %(id)s ORDER BY s.id

-- name: carry
-- which mission a vehicle carries: the one that is farthest on; returns those whose mission is another now
WITH carried AS (
    SELECT s.vehicle_id, (
        SELECT m.id FROM mission m
        WHERE m.incident_id = %(incident)s AND m.vehicle_id = s.vehicle_id
          AND m.status IN ('tasked', 'accepted', 'en-route', 'on-station')
        ORDER BY array_position(ARRAY['on-station', 'en-route', 'accepted', 'tasked'], m.status), m.urgency,
                 m.number
        LIMIT 1) AS mission_id
    FROM vehicle_state s WHERE s.incident_id = %(incident)s AND s.vehicle_id = ANY (%(vehicles)s)
)
UPDATE vehicle_state s SET mission_id = c.mission_id, version = s.version + 1
FROM carried c
WHERE s.incident_id = %(incident)s AND s.vehicle_id = c.vehicle_id
  AND s.mission_id IS DISTINCT FROM c.mission_id
RETURNING s.vehicle_id

-- name: vehicle
SELECT id, kind, coalesce(callsign, registration, id) AS name FROM vehicle WHERE id = %(id)s

-- name: others
SELECT number FROM mission
WHERE incident_id = %(incident)s AND vehicle_id = %(vehicle)s AND id IS DISTINCT FROM %(id)s
  AND status IN ('tasked', 'accepted', 'en-route', 'on-station')
ORDER BY number

-- name: airspaces
SELECT kind, name, ST_AsBinary(geom) AS shape, from_at, to_at, exempt FROM airspace
WHERE incident_id = %(incident)s AND ended_at IS NULL ORDER BY id

-- name: track
-- where a vehicle was, without what was doubted
SELECT extract(epoch FROM observed_at)::float8 AS at_s, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM track_point
WHERE vehicle_id = %(vehicle)s AND incident_id = %(incident)s AND flag <= 2
  AND observed_at BETWEEN %(since)s AND %(until)s
ORDER BY observed_at, key

-- name: links
-- which of a mission's links lead nowhere in this incident
SELECT (%(safety_id)s::bigint IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM safety_report WHERE incident_id = %(incident)s AND id = %(safety_id)s)) AS safety_id,
       (%(request_id)s::text IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM supply_line
            WHERE incident_id = %(incident)s AND shelter_id || '/' || line = %(request_id)s)) AS request_id,
       (%(landing_site_id)s::text IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM landing_site WHERE id = %(landing_site_id)s)) AS landing_site

-- name: sites
-- landing sites with the newest word of an incident; %(ids)s null = all
SELECT l.id, l.version, l.name, l.kana, l.address, ST_X(l.geom) AS lon, ST_Y(l.geom) AS lat, l.category,
       l.surface, l.length_m, l.width_m, l.capacity, l.source, coalesce(w.state, 'unknown') AS state,
       coalesce(w.reason, '') AS reason, w.at, w.author
FROM landing_site l
LEFT JOIN LATERAL (
    SELECT n.state, n.reason, n.at, a.display_name AS author
    FROM landing_site_word n LEFT JOIN account a ON a.id = n.author_id
    WHERE n.incident_id = %(incident)s AND n.site_id = l.id ORDER BY n.id DESC LIMIT 1
) w ON true
WHERE %(ids)s::text[] IS NULL OR l.id = ANY (%(ids)s)
ORDER BY l.id

-- name: put_site
INSERT INTO landing_site AS old (id, name, kana, address, geom, category, surface, length_m, width_m, capacity,
                                 source, raw)
VALUES (%(id)s, %(name)s, %(kana)s, %(address)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(category)s,
        %(surface)s, %(length_m)s, %(width_m)s, %(capacity)s, %(source)s, %(raw)s)
ON CONFLICT (id) DO UPDATE
SET version = old.version + 1, name = excluded.name, kana = excluded.kana, address = excluded.address,
    geom = excluded.geom, category = excluded.category, surface = excluded.surface,
    length_m = excluded.length_m, width_m = excluded.width_m, capacity = excluded.capacity,
    source = excluded.source, raw = excluded.raw

-- name: hold_site
-- the version that a word is given to, held for this transaction
SELECT version, name FROM landing_site WHERE id = %(id)s FOR UPDATE

-- name: word_known
SELECT 1 FROM landing_site_word WHERE incident_id = %(incident)s AND site_id = %(id)s AND key = %(key)s

-- name: say
INSERT INTO landing_site_word (incident_id, site_id, key, state, reason, at, author_id)
VALUES (%(incident)s, %(id)s, %(key)s, %(state)s, %(reason)s, %(now)s, %(author)s)

-- name: said
UPDATE landing_site SET version = version + 1 WHERE id = %(id)s

-- name: words
SELECT w.state, w.reason, w.at, a.display_name AS author
FROM landing_site_word w LEFT JOIN account a ON a.id = w.author_id
WHERE w.incident_id = %(incident)s AND w.site_id = %(id)s ORDER BY w.id DESC

-- name: standing
-- who stands on the ground at a landing site
SELECT s.vehicle_id FROM landing_site l CROSS JOIN vehicle_state s JOIN vehicle v ON v.id = s.vehicle_id
WHERE l.id = %(id)s AND s.incident_id = %(incident)s AND s.on_ground
  AND v.kind <> 'ground' AND s.vehicle_id IS DISTINCT FROM %(but)s
  AND ST_DWithin(s.geom::geography, l.geom::geography, %(radius_m)s)
ORDER BY s.vehicle_id
