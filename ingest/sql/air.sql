-- The watch over the air: contact, nearness, airspaces. Rows come as one JSON text.

-- name: try_hold
SELECT pg_try_advisory_xact_lock(%(lock)s, %(incident)s) AS held

-- name: ears
SELECT id, state, started_at, seen_at, detail FROM service WHERE id = 'broker' OR id LIKE 'ingest%%'

-- name: heard
-- who may still change: lost ones only while they were heard not long ago, or since they were lost
SELECT v.id, v.source, v.kind, v.callsign, v.synthetic, v.registered, v.formation, v.registration, v.icao24,
       s.version, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, s.observed_at, s.received_at,
       s.horizontal_accuracy_m, s.ground_speed_m_s, s.course_deg, s.climb_m_s, s.turn_deg_per_s,
       s.on_ground, s.altitudes, s.height_tp_m, s.height_sd_m, s.battery_percent, s.endurance_until,
       s.emergency, s.stale_at, s.contact, s.contact_since, s.goodbye, s.interval_s
FROM vehicle_state s JOIN vehicle v ON v.id = s.vehicle_id
WHERE s.incident_id = %(incident)s
  AND (s.contact <> 'lost' OR s.received_at >= s.contact_since OR s.contact_since > %(now)s
       OR s.received_at > %(now)s - interval '1 hour')
ORDER BY v.id

-- name: contacts
-- a vehicle that is being heard just now is looked at again instead of waited for
WITH wanted AS (
    SELECT n.* FROM json_to_recordset(%(rows)s::json) AS n(vehicle_id text, version int8, contact text)
),
held AS (
    SELECT s.vehicle_id FROM vehicle_state s JOIN wanted n USING (vehicle_id, version)
    WHERE s.incident_id = %(incident)s
    FOR UPDATE OF s SKIP LOCKED
)
UPDATE vehicle_state s SET contact = n.contact, contact_since = %(now)s, version = s.version + 1
FROM wanted n JOIN held USING (vehicle_id)
WHERE s.incident_id = %(incident)s AND s.vehicle_id = n.vehicle_id AND s.version = n.version
RETURNING s.vehicle_id

-- name: told_losses
-- of each vehicle, whether its loss or its return was told last
SELECT DISTINCT ON (object_id) object_id, code, event_at FROM chronology
WHERE incident_id = %(incident)s AND object_kind = 'vehicle' AND object_id = ANY (%(vehicles)s)
  AND code IN ('air.lost', 'air.heard-again')
ORDER BY object_id, id DESC

-- name: waters
-- whether each place lies outside of all municipalities; null where none is loaded within some 30 km
SELECT n.ord, CASE WHEN EXISTS (SELECT 1 FROM area a WHERE ST_DWithin(a.geom, p.geom, 0.3))
                   THEN NOT EXISTS (SELECT 1 FROM area a WHERE ST_Covers(a.geom, p.geom)) END AS over_water
FROM unnest(%(lons)s::float8[], %(lats)s::float8[]) WITH ORDINALITY AS n(lon, lat, ord)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326) AS geom) p
ORDER BY n.ord

-- name: pairs
SELECT first_id, second_id, since, entry_at, closest_at, horizontal_m, vertical_m, horizontal_only, ended_at
FROM proximity_state
WHERE incident_id = %(incident)s AND (ended_at IS NULL OR ended_at > %(now)s - %(retell_s)s * interval '1 s')

-- name: put_pairs
INSERT INTO proximity_state (incident_id, first_id, second_id, version, since, entry_at, closest_at,
                             horizontal_m, vertical_m, horizontal_only, ended_at)
SELECT %(incident)s, n.first_id, n.second_id, 1, n.since, n.entry_at, n.closest_at, n.horizontal_m,
       n.vertical_m, n.horizontal_only, n.ended_at
FROM json_to_recordset(%(rows)s::json)
    AS n(first_id text, second_id text, since timestamptz, entry_at timestamptz, closest_at timestamptz,
         horizontal_m float8, vertical_m float8, horizontal_only boolean, ended_at timestamptz)
ON CONFLICT (incident_id, first_id, second_id) DO UPDATE SET
    version = proximity_state.version + 1, since = excluded.since, entry_at = excluded.entry_at,
    closest_at = excluded.closest_at, horizontal_m = excluded.horizontal_m,
    vertical_m = excluded.vertical_m, horizontal_only = excluded.horizontal_only,
    ended_at = excluded.ended_at
RETURNING *

-- name: spaces
SELECT id, kind, name, ST_AsBinary(geom) AS shape, floor_tp_m, ceiling_tp_m, from_at, to_at, exempt
FROM airspace WHERE incident_id = %(incident)s AND ended_at IS NULL ORDER BY id

-- name: presences
-- `there`: it is in the picture; ingest lets those leave that were only overheard, and not for hours
SELECT p.airspace_id, p.vehicle_id, p.inside, p.since, p.horizontal_only, p.exempt, p.memory,
       EXISTS (SELECT 1 FROM vehicle_state s
               WHERE s.incident_id = a.incident_id AND s.vehicle_id = p.vehicle_id) AS there
FROM airspace_presence p JOIN airspace a ON a.id = p.airspace_id
WHERE a.incident_id = %(incident)s AND a.ended_at IS NULL

-- name: put_presences
INSERT INTO airspace_presence (airspace_id, vehicle_id, inside, since, horizontal_only, exempt, memory)
SELECT n.* FROM json_to_recordset(%(rows)s::json)
    AS n(airspace_id int4, vehicle_id text, inside boolean, since timestamptz, horizontal_only boolean,
         exempt boolean, memory json)
ON CONFLICT (airspace_id, vehicle_id) DO UPDATE SET
    inside = excluded.inside, since = excluded.since, horizontal_only = excluded.horizontal_only,
    exempt = excluded.exempt, memory = excluded.memory

-- name: touch_spaces
UPDATE airspace SET version = version + 1 WHERE id = ANY (%(ids)s) AND ended_at IS NULL RETURNING id
