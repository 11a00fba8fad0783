-- River cameras: who they are, what came from them, what is known now.

-- name: identities
SELECT c.id, c.name, c.river, c.area_code, a.name AS area_name, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat,
       c.gauge_id, c.compare_gauge_id, c.interval_s, c.still_url, c.synthetic, c.source, g.zero_tp_m
FROM camera c
LEFT JOIN area a ON a.code = c.area_code
LEFT JOIN gauge g ON g.id = c.gauge_id
ORDER BY c.id

-- name: standings
-- each camera with its newest frame in an incident; %(camera)s null = all
SELECT c.id, c.name, c.river, c.area_code, a.name AS area_name, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat,
       c.gauge_id, c.compare_gauge_id, c.interval_s, c.synthetic, c.source,
       coalesce(s.version, 0) AS version, s.comparison,
       f.id AS frame_id, f.observed_at, f.received_at, f.time_source, f.calibration, f.level_m, f.quality,
       f.flag, f.reason, f.health, f.waterline, p.width_px, p.height_px,
       k.version AS newest_calibration, k.calibration ->> 'datum' AS datum,
       ok.observed_at AS accepted_at, ok.level_m AS accepted_m
FROM camera c
LEFT JOIN area a ON a.code = c.area_code
LEFT JOIN camera_standing s ON s.camera_id = c.id AND s.incident_id = %(incident)s
LEFT JOIN camera_frame f ON f.id = s.frame_id
LEFT JOIN frame_picture p ON p.digest = f.digest
LEFT JOIN LATERAL (
    SELECT version, calibration FROM camera_calibration
    WHERE camera_id = c.id ORDER BY version DESC LIMIT 1
) k ON true
LEFT JOIN LATERAL (
    SELECT observed_at, level_m FROM camera_frame
    WHERE camera_id = c.id AND incident_id = %(incident)s AND flag = 1
    ORDER BY observed_at DESC LIMIT 1
) ok ON true
WHERE %(camera)s::text IS NULL OR c.id = %(camera)s
ORDER BY c.id

-- name: calibrations
-- the newest of each camera
SELECT DISTINCT ON (camera_id) camera_id, version, calibration FROM camera_calibration
ORDER BY camera_id, version DESC

-- name: memories
SELECT camera_id, version, memory, comparison FROM camera_standing WHERE incident_id = %(incident)s

-- name: digest
SELECT md5(coalesce(string_agg(c::text, '' ORDER BY c.id), ''))
       || coalesce((SELECT max(id)::text FROM camera_calibration), '0')
FROM camera c

-- name: picture
INSERT INTO frame_picture (digest, content_type, width_px, height_px, data, thumbnail)
VALUES (%(digest)s, %(content_type)s, %(width_px)s, %(height_px)s, %(data)s, %(thumbnail)s)
ON CONFLICT DO NOTHING

-- name: frame
INSERT INTO camera_frame (camera_id, incident_id, observed_at, received_at, time_source, digest, calibration,
                          level_m, quality, flag, reason, health, waterline, evidence)
VALUES (%(camera_id)s, %(incident)s, %(observed_at)s, %(received_at)s, %(time_source)s, %(digest)s,
        %(calibration)s, %(level_m)s, %(quality)s, %(flag)s, %(reason)s, %(health)s, %(waterline)s::json,
        %(evidence)s::json)
ON CONFLICT DO NOTHING
RETURNING id

-- name: standing
-- a frame older than the newest one leaves the picture as it is
INSERT INTO camera_standing (incident_id, camera_id, version, frame_id, memory, comparison)
VALUES (%(incident)s, %(camera_id)s, 1, %(frame)s, %(memory)s::json, %(comparison)s::json)
ON CONFLICT (incident_id, camera_id) DO UPDATE SET
    version = camera_standing.version + 1, frame_id = excluded.frame_id, memory = excluded.memory,
    comparison = excluded.comparison

-- name: add
INSERT INTO camera (id, name, river, area_code, geom, gauge_id, compare_gauge_id, interval_s, still_url,
                    synthetic, source)
VALUES (%(id)s, %(name)s, %(river)s, %(area_code)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326),
        %(gauge_id)s, %(compare_gauge_id)s, %(interval_s)s, %(still_url)s, %(synthetic)s, %(source)s)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, river = excluded.river, area_code = excluded.area_code, geom = excluded.geom,
    gauge_id = excluded.gauge_id, compare_gauge_id = excluded.compare_gauge_id,
    interval_s = excluded.interval_s, still_url = excluded.still_url, synthetic = excluded.synthetic,
    source = excluded.source

-- name: add_calibration
INSERT INTO camera_calibration (camera_id, version, calibration, residual_m, spare, author_id)
SELECT %(camera)s, coalesce(max(version), 0) + 1, %(calibration)s::json, %(residual_m)s, %(spare)s, %(author)s
FROM camera_calibration WHERE camera_id = %(camera)s
RETURNING version

-- name: calibrations_of
SELECT k.version, k.calibration, k.residual_m, k.spare, k.created_at, a.display_name AS author
FROM camera_calibration k LEFT JOIN account a ON a.id = k.author_id
WHERE k.camera_id = %(camera)s ORDER BY k.version DESC LIMIT 20

-- name: frames_of
SELECT f.id, f.observed_at, f.received_at, f.time_source, f.calibration, f.level_m, f.quality, f.flag,
       f.reason, f.health, f.waterline, f.digest, p.width_px, p.height_px
FROM camera_frame f JOIN frame_picture p ON p.digest = f.digest
WHERE f.camera_id = %(camera)s AND f.incident_id = %(incident)s
  AND f.observed_at >= %(from)s AND f.observed_at <= %(to)s
ORDER BY f.observed_at DESC, f.id DESC LIMIT %(limit)s

-- name: picture_of
SELECT p.content_type, p.data, p.thumbnail, p.digest, f.observed_at
FROM camera_frame f JOIN frame_picture p ON p.digest = f.digest
WHERE f.id = %(frame)s AND f.camera_id = %(camera)s

-- name: newest_pictures
SELECT f.id, f.observed_at, p.data
FROM camera_frame f JOIN frame_picture p ON p.digest = f.digest
WHERE f.camera_id = %(camera)s AND f.incident_id = %(incident)s
ORDER BY f.observed_at DESC LIMIT %(limit)s

-- name: known
SELECT 1 FROM camera WHERE id = %(camera)s

-- name: nearest_gauge
-- within 5 km, on the same river when it is known
SELECT g.id FROM gauge g
WHERE (%(river)s::text IS NULL OR g.river = %(river)s)
  AND ST_DWithin(g.geom::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography, 5000)
  AND g.id IS DISTINCT FROM %(own)s::text
ORDER BY g.geom <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) LIMIT 1

-- name: touch
-- the camera itself, or its calibration, changed: what is known of it has a new version
INSERT INTO camera_standing (incident_id, camera_id, version, memory)
VALUES (%(incident)s, %(camera)s, 1, '{}')
ON CONFLICT (incident_id, camera_id) DO UPDATE SET version = camera_standing.version + 1
