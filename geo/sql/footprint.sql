-- Footprints: poses in, the ground they see out, and the newest of each camera. Degrees, EPSG:4326.

-- name: progress
SELECT pose_id FROM footprint_progress WHERE incident_id = %(incident)s

-- name: advance
INSERT INTO footprint_progress (incident_id, pose_id) VALUES (%(incident)s, %(pose)s)
ON CONFLICT (incident_id) DO UPDATE SET pose_id = excluded.pose_id

-- name: poses
-- those after an id; %(seen)s are left out (an id may be committed after a higher one)
SELECT p.id, p.vehicle_id, p.observed_at, p.key, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.height_tp_m,
       p.height_sd_m, p.yaw_deg, p.pitch_deg, p.roll_deg, p.hfov_deg, p.vfov_deg, p.zoom, p.image_width,
       p.image_height, p.corners, p.centre, p.flag, p.extra
FROM pose_point p
WHERE p.incident_id = %(incident)s AND p.id > %(after)s AND (%(until)s::bigint IS NULL OR p.id <= %(until)s)
  AND NOT p.id = ANY (%(seen)s)
ORDER BY p.id LIMIT %(limit)s

-- name: fixed_poses
-- how each fixed camera looks now, where that has no ground in this incident yet
SELECT DISTINCT ON (k.camera_id) k.id, k.camera_id, k.from_at, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat,
       k.height_tp_m, k.height_sd_m, k.yaw_deg, k.pitch_deg, k.roll_deg, k.hfov_deg, k.vfov_deg,
       f.id AS footprint_id, f.reason
FROM camera_pose k
JOIN camera c ON c.id = k.camera_id
LEFT JOIN footprint f ON f.incident_id = %(incident)s AND f.camera_kind = 'fixed'
    AND f.camera_id = k.camera_id AND f.observed_at = k.from_at AND f.key = k.id::text
WHERE k.from_at <= %(now)s
ORDER BY k.camera_id, k.from_at DESC, k.id DESC

-- name: add
-- one without ground gives way to one with it; the same again changes nothing
INSERT INTO footprint (incident_id, camera_kind, camera_id, observed_at, key, frame_id, stream_s, position,
                       height_tp_m, geom, reason, way, open, bounds, centre, uncertainty_m, sample_m, area_m2)
VALUES (%(incident)s, %(camera_kind)s, %(camera_id)s, %(observed_at)s, %(key)s, %(frame_id)s, %(stream_s)s,
        ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(height_tp_m)s,
        ST_GeomFromWKB(%(geom)s::bytea, 4326), %(reason)s, %(way)s, %(open)s, %(bounds)s,
        ST_SetSRID(ST_MakePoint(%(centre_lon)s::float8, %(centre_lat)s::float8), 4326), %(uncertainty_m)s,
        %(sample_m)s, %(area_m2)s)
ON CONFLICT (incident_id, camera_kind, camera_id, observed_at, key) DO UPDATE SET
    geom = excluded.geom, reason = excluded.reason, way = excluded.way, open = excluded.open,
    bounds = excluded.bounds, centre = excluded.centre, uncertainty_m = excluded.uncertainty_m,
    sample_m = excluded.sample_m, area_m2 = excluded.area_m2
WHERE footprint.geom IS NULL AND excluded.geom IS NOT NULL
RETURNING id

-- name: newest
-- a footprint older than the newest one leaves the picture as it is
INSERT INTO footprint_state (incident_id, camera_kind, camera_id, version, footprint_id)
VALUES (%(incident)s, %(camera_kind)s, %(camera_id)s, 1, %(footprint)s)
ON CONFLICT (incident_id, camera_kind, camera_id) DO UPDATE SET
    version = footprint_state.version + 1, footprint_id = excluded.footprint_id
WHERE (SELECT observed_at FROM footprint f WHERE f.id = footprint_state.footprint_id) <= %(observed_at)s

-- name: states
-- the newest footprint of each camera; %(cameras)s null = all, else `kind:id`. Every screen is sent it, so its
-- outline is coarser than the one that is kept, by a seventieth of its size
SELECT s.camera_kind || ':' || s.camera_id AS id, s.version, f.camera_kind, f.camera_id,
       coalesce(c.name, v.callsign, v.registration, v.id, f.camera_id) AS name, v.id AS vehicle_id,
       v.kind AS vehicle_kind, coalesce(c.synthetic, v.synthetic, false) AS synthetic,
       f.observed_at, f.frame_id, f.stream_s, ST_X(f.position) AS lon, ST_Y(f.position) AS lat,
       f.height_tp_m, f.reason, f.way,
       ST_AsGeoJSON(ST_Multi(ST_SimplifyPreserveTopology(f.geom, sqrt(f.area_m2) * 1.4e-7)), 6)::json AS geometry, f.open,
       f.bounds, ST_X(f.centre) AS centre_lon, ST_Y(f.centre) AS centre_lat, f.uncertainty_m, f.sample_m,
       extract(epoch FROM f.observed_at - b.observed_at)::float8 AS interval_s
FROM footprint_state s
JOIN footprint f ON f.id = s.footprint_id
LEFT JOIN LATERAL (
    SELECT p.observed_at FROM footprint p
    WHERE p.incident_id = s.incident_id AND p.camera_kind = s.camera_kind AND p.camera_id = s.camera_id
      AND p.observed_at < f.observed_at
    ORDER BY p.observed_at DESC LIMIT 1
) b ON s.camera_kind = 'vehicle'
LEFT JOIN vehicle v ON s.camera_kind = 'vehicle' AND v.id IN (s.camera_id, split_part(s.camera_id, '/', 1))
LEFT JOIN camera c ON s.camera_kind = 'fixed' AND c.id = s.camera_id
WHERE s.incident_id = %(incident)s
  AND (%(cameras)s::text[] IS NULL OR s.camera_kind || ':' || s.camera_id = ANY (%(cameras)s))
ORDER BY s.camera_kind, s.camera_id

-- name: lenses
SELECT camera_id, hfov_deg, vfov_deg FROM camera_lens

-- name: put_lens
INSERT INTO camera_lens (camera_id, hfov_deg, vfov_deg, source)
VALUES (%(camera_id)s, %(hfov_deg)s, %(vfov_deg)s, %(source)s)
ON CONFLICT (camera_id) DO UPDATE SET
    hfov_deg = excluded.hfov_deg, vfov_deg = excluded.vfov_deg, source = excluded.source, created_at = now()

-- name: add_camera_pose
INSERT INTO camera_pose (camera_id, from_at, height_tp_m, height_sd_m, yaw_deg, pitch_deg, roll_deg, hfov_deg,
                         vfov_deg, source, author_id)
VALUES (%(camera_id)s, %(from_at)s, %(height_tp_m)s, %(height_sd_m)s, %(yaw_deg)s, %(pitch_deg)s, %(roll_deg)s,
        %(hfov_deg)s, %(vfov_deg)s, %(source)s, %(author_id)s)
RETURNING id

-- name: camera_poses
SELECT k.id, k.from_at, k.height_tp_m, k.height_sd_m, k.yaw_deg, k.pitch_deg, k.roll_deg, k.hfov_deg,
       k.vfov_deg, k.source, k.created_at, a.display_name AS author
FROM camera_pose k LEFT JOIN account a ON a.id = k.author_id
WHERE k.camera_id = %(camera)s ORDER BY k.from_at DESC, k.id DESC LIMIT 20
