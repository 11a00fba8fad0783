-- Vehicles, their points, poses and events. Rows come as one JSON text: a handful of columns are null in most.

-- name: devices
SELECT id FROM device WHERE kind IN ('heli', 'drone', 'team') AND enabled ORDER BY id

-- name: registered
SELECT id, source, source_id, kind, callsign, registration, icao24, registered, synthetic
FROM vehicle WHERE registered ORDER BY id

-- name: digest
SELECT md5(coalesce((SELECT string_agg(d.id, ',' ORDER BY d.id) FROM device d
                     WHERE d.kind IN ('heli', 'drone', 'team') AND d.enabled), ''))
       || md5(coalesce((SELECT string_agg(v::text, ',' ORDER BY v.id) FROM vehicle v WHERE v.registered), ''))

-- name: vehicles
INSERT INTO vehicle (id, source, source_id, kind, callsign, registration, icao24, registered, synthetic,
                     first_heard_at)
SELECT n.* FROM json_to_recordset(%(rows)s::json)
    AS n(id text, source text, source_id text, kind text, callsign text, registration text, icao24 text,
         registered boolean, synthetic boolean, first_heard_at timestamptz)
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, callsign = excluded.callsign, registration = excluded.registration,
    icao24 = excluded.icao24, registered = excluded.registered, synthetic = excluded.synthetic,
    first_heard_at = coalesce(vehicle.first_heard_at, excluded.first_heard_at)

-- name: points
-- a point whose time was corrected may come again with another receipt; it is recognised by its key
INSERT INTO track_point (vehicle_id, observed_at, key, incident_id, received_at, device_at, geom,
                         horizontal_accuracy_m, ground_speed_m_s, course_deg, heading_deg, climb_m_s,
                         on_ground, altitudes, height_tp_m, height_way, height_sd_m, flag, reasons, extra)
SELECT n.vehicle_id, n.observed_at, n.key, %(incident)s, n.received_at, n.device_at,
       ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), n.horizontal_accuracy_m, n.ground_speed_m_s,
       n.course_deg, n.heading_deg, n.climb_m_s, n.on_ground, n.altitudes, n.height_tp_m, n.height_way,
       n.height_sd_m, n.flag, n.reasons, n.extra
FROM json_to_recordset(%(rows)s::json)
    AS n(vehicle_id text, observed_at timestamptz, key text, received_at timestamptz, device_at timestamptz,
         lon float8, lat float8, horizontal_accuracy_m float8, ground_speed_m_s float8, course_deg float8,
         heading_deg float8, climb_m_s float8, on_ground boolean, altitudes json, height_tp_m float8,
         height_way text, height_sd_m float8, flag int2, reasons text[], extra json)
WHERE n.device_at IS NOT DISTINCT FROM n.observed_at OR NOT EXISTS (
    SELECT 1 FROM track_point p
    WHERE p.vehicle_id = n.vehicle_id AND p.key = n.key
      AND p.observed_at BETWEEN n.received_at - interval '1 hour' AND n.received_at
)
ON CONFLICT DO NOTHING

-- name: poses
INSERT INTO pose_point (vehicle_id, observed_at, key, incident_id, received_at, device_at, geom, yaw_deg,
                        pitch_deg, roll_deg, hfov_deg, vfov_deg, zoom, image_width, image_height, corners,
                        centre, altitudes, height_tp_m, height_way, height_sd_m, flag, reasons, extra)
SELECT n.vehicle_id, n.observed_at, n.key, %(incident)s, n.received_at, n.device_at,
       ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), n.yaw_deg, n.pitch_deg, n.roll_deg, n.hfov_deg,
       n.vfov_deg, n.zoom, n.image_width, n.image_height, n.corners, n.centre, n.altitudes, n.height_tp_m,
       n.height_way, n.height_sd_m, n.flag, n.reasons, n.extra
FROM json_to_recordset(%(rows)s::json)
    AS n(vehicle_id text, observed_at timestamptz, key text, received_at timestamptz, device_at timestamptz,
         lon float8, lat float8, yaw_deg float8, pitch_deg float8, roll_deg float8, hfov_deg float8,
         vfov_deg float8, zoom float8, image_width int4, image_height int4, corners json, centre json,
         altitudes json, height_tp_m float8, height_way text, height_sd_m float8, flag int2, reasons text[],
         extra json)
WHERE n.device_at IS NOT DISTINCT FROM n.observed_at OR NOT EXISTS (
    SELECT 1 FROM pose_point p
    WHERE p.vehicle_id = n.vehicle_id AND p.key = n.key
      AND p.observed_at BETWEEN n.received_at - interval '1 hour' AND n.received_at
)
ON CONFLICT DO NOTHING

-- name: events
INSERT INTO field_event (incident_id, vehicle_id, observed_at, received_at, code, text, geom, key, extra)
SELECT %(incident)s, n.vehicle_id, n.observed_at, n.received_at, n.code, n.text,
       ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), n.key, n.extra
FROM json_to_recordset(%(rows)s::json)
    AS n(vehicle_id text, observed_at timestamptz, received_at timestamptz, code text, text text, lon float8,
         lat float8, key text, extra json)
ON CONFLICT DO NOTHING
RETURNING vehicle_id, key

-- name: states
-- contact and its moment belong to the watch over the air, the mission to whoever tasks it; the first version
-- is the time [ms], so that it is higher than any from before the vehicle left the picture
INSERT INTO vehicle_state (incident_id, vehicle_id, version, geom, observed_at, received_at,
                           horizontal_accuracy_m, ground_speed_m_s, course_deg, heading_deg, climb_m_s,
                           turn_deg_per_s, on_ground, battery_percent, endurance_until, link, emergency,
                           trust, stale_at, flag, reasons, contact_since, goodbye, interval_s, trail, memory,
                           altitudes, height_tp_m, height_way, height_sd_m)
SELECT %(incident)s, n.vehicle_id, (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), n.observed_at,
       n.received_at, n.horizontal_accuracy_m, n.ground_speed_m_s, n.course_deg, n.heading_deg, n.climb_m_s,
       n.turn_deg_per_s, n.on_ground, n.battery_percent, n.endurance_until, n.link, n.emergency, n.trust,
       n.stale_at, n.flag, n.reasons, n.observed_at, n.goodbye, n.interval_s, n.trail, n.memory, n.altitudes,
       n.height_tp_m, n.height_way, n.height_sd_m
FROM json_to_recordset(%(rows)s::json)
    AS n(vehicle_id text, lon float8, lat float8, observed_at timestamptz, received_at timestamptz,
         horizontal_accuracy_m float8, ground_speed_m_s float8, course_deg float8, heading_deg float8,
         climb_m_s float8, turn_deg_per_s float8, on_ground boolean, battery_percent float8,
         endurance_until timestamptz, link float8, emergency text, trust text, stale_at timestamptz,
         flag int2, reasons text[], goodbye boolean, interval_s float8, trail json, memory json,
         altitudes json, height_tp_m float8, height_way text, height_sd_m float8)
ON CONFLICT (incident_id, vehicle_id) DO UPDATE SET
    version = vehicle_state.version + 1, geom = excluded.geom, observed_at = excluded.observed_at,
    received_at = excluded.received_at, horizontal_accuracy_m = excluded.horizontal_accuracy_m,
    ground_speed_m_s = excluded.ground_speed_m_s, course_deg = excluded.course_deg,
    heading_deg = excluded.heading_deg, climb_m_s = excluded.climb_m_s,
    turn_deg_per_s = excluded.turn_deg_per_s, on_ground = excluded.on_ground,
    battery_percent = excluded.battery_percent, endurance_until = excluded.endurance_until,
    link = excluded.link, emergency = excluded.emergency, trust = excluded.trust,
    stale_at = excluded.stale_at, flag = excluded.flag, reasons = excluded.reasons,
    goodbye = excluded.goodbye, interval_s = excluded.interval_s, trail = excluded.trail,
    memory = excluded.memory, altitudes = excluded.altitudes, height_tp_m = excluded.height_tp_m,
    height_way = excluded.height_way, height_sd_m = excluded.height_sd_m
WHERE excluded.observed_at >= vehicle_state.observed_at

-- name: leave
-- who was only heard in a broadcast, long ago, and concerns nobody
DELETE FROM vehicle_state s USING vehicle v
WHERE v.id = s.vehicle_id AND s.incident_id = %(incident)s AND s.received_at < %(before)s
  AND NOT v.registered AND s.trust = 'broadcast' AND s.emergency IS NULL AND s.mission_id IS NULL
RETURNING s.vehicle_id, s.version
