-- Photographs from the field, their pairs, and what was said of them. Degrees, EPSG:4326.

-- name: picture
INSERT INTO frame_picture (digest, content_type, width_px, height_px, data, thumbnail)
VALUES (%(digest)s, %(content_type)s, %(stored_width_px)s, %(stored_height_px)s, %(data)s, %(thumbnail)s)
ON CONFLICT DO NOTHING

-- name: add
INSERT INTO field_photo (incident_id, digest, width_px, height_px, orientation, taken_at, time_source, time_doubt,
                         received_at, author_id, device_id, geom, place_source, accuracy_m, altitudes, yaw_deg,
                         pitch_deg, roll_deg, hfov_deg, vfov_deg, camera, note)
VALUES (%(incident)s, %(digest)s, %(width_px)s, %(height_px)s, %(orientation)s, %(taken_at)s, %(time_source)s,
        %(time_doubt)s, %(received_at)s, %(author_id)s, %(device_id)s,
        ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326), %(place_source)s, %(accuracy_m)s,
        %(altitudes)s::json, %(yaw_deg)s, %(pitch_deg)s, %(roll_deg)s, %(hfov_deg)s, %(vfov_deg)s, %(camera)s,
        %(note)s)
ON CONFLICT (incident_id, digest) DO NOTHING
RETURNING id

-- name: same
SELECT id FROM field_photo WHERE incident_id = %(incident)s AND digest = %(digest)s

-- name: photos
-- each with its newest words about pairs; %(ids)s null = all
SELECT p.id, p.version, p.width_px, p.height_px, p.taken_at, p.time_source, p.time_doubt, p.received_at,
       coalesce(a.display_name, p.device_id) AS author, p.device_id, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat,
       p.place_source, p.accuracy_m, p.height_tp_m, p.height_sd_m, p.height_way, p.altitudes, p.yaw_deg,
       p.pitch_deg, p.note, p.due,
       (SELECT f.geom IS NOT NULL FROM footprint f WHERE f.incident_id = p.incident_id
        AND f.camera_kind = 'photo' AND f.camera_id = p.id::text ORDER BY f.id DESC LIMIT 1) AS on_ground,
       coalesce(k.pairs, '[]'::json) AS pairs
FROM field_photo p
LEFT JOIN account a ON a.id = p.author_id
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', q.id, 'before', q.before_id, 'made', q.made_at IS NOT NULL, 'reason', q.reason,
        'tiles', json_array_length(q.tiles),
        'open', json_array_length(q.tiles) - (SELECT count(DISTINCT v.tile) FROM photo_verdict v
                                              WHERE v.pair_id = q.id),
        'confirmed', (SELECT count(*) FROM (
            SELECT DISTINCT ON (v.tile) v.verdict FROM photo_verdict v WHERE v.pair_id = q.id
            ORDER BY v.tile, v.id DESC) said WHERE said.verdict = 'confirmed')
    ) ORDER BY q.id) AS pairs
    FROM photo_pair q WHERE q.after_id = p.id
) k ON true
WHERE p.incident_id = %(incident)s AND (%(ids)s::bigint[] IS NULL OR p.id = ANY (%(ids)s))
ORDER BY p.id

-- name: touch
UPDATE field_photo SET version = version + 1 WHERE id = ANY (%(ids)s)

-- name: bytes_of
SELECT f.content_type, f.data, f.thumbnail, p.orientation, p.width_px, p.height_px
FROM field_photo p JOIN frame_picture f ON f.digest = p.digest WHERE p.id = %(id)s

-- name: pin
-- a new place makes the ground and the pairs due again
UPDATE field_photo SET geom = ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), place_source = 'hand',
       accuracy_m = %(accuracy_m)s, due = true, version = version + 1
WHERE id = %(id)s AND incident_id = %(incident)s
RETURNING id

-- name: forget_state
DELETE FROM footprint_state
WHERE incident_id = %(incident)s AND camera_kind = 'photo' AND camera_id = %(camera)s
RETURNING version

-- name: forget_ground
DELETE FROM footprint WHERE incident_id = %(incident)s AND camera_kind = 'photo' AND camera_id = %(camera)s

-- name: due
SELECT p.id, p.taken_at, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.accuracy_m, p.altitudes, p.yaw_deg,
       p.pitch_deg, p.roll_deg, p.hfov_deg, p.vfov_deg, p.width_px AS image_width, p.height_px AS image_height
FROM field_photo p WHERE p.incident_id = %(incident)s AND p.due ORDER BY p.id LIMIT %(limit)s

-- name: done
UPDATE field_photo SET due = false, height_tp_m = %(height_tp_m)s, height_sd_m = %(height_sd_m)s,
       height_way = %(height_way)s, version = version + 1
WHERE id = %(id)s

-- name: shots_near
-- photographs whose cameras stood within some hundred metres, or whose ground meets this one's
SELECT p.id, p.taken_at, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.accuracy_m, p.yaw_deg,
       ST_AsBinary(f.geom) AS ground
FROM field_photo p
LEFT JOIN LATERAL (
    SELECT geom FROM footprint g WHERE g.incident_id = p.incident_id AND g.camera_kind = 'photo'
      AND g.camera_id = p.id::text AND g.geom IS NOT NULL ORDER BY g.id DESC LIMIT 1
) f ON true
WHERE p.incident_id = %(incident)s AND p.geom IS NOT NULL
  AND ST_DWithin(p.geom, (SELECT geom FROM field_photo WHERE id = %(id)s), %(reach_deg)s)

-- name: propose
INSERT INTO photo_pair (incident_id, before_id, after_id, asked_by)
VALUES (%(incident)s, %(before)s, %(after)s, %(asked_by)s)
ON CONFLICT (before_id, after_id) DO NOTHING
RETURNING id

-- name: pending
-- the next pair to be compared; another process that compares it already is left alone
SELECT q.id, q.before_id, q.after_id, b.orientation AS before_orientation, a.orientation AS after_orientation,
       x.data AS before_data, y.data AS after_data
FROM photo_pair q
JOIN field_photo b ON b.id = q.before_id JOIN frame_picture x ON x.digest = b.digest
JOIN field_photo a ON a.id = q.after_id JOIN frame_picture y ON y.digest = a.digest
WHERE q.incident_id = %(incident)s AND q.made_at IS NULL
ORDER BY q.asked_by IS NULL, q.id LIMIT 1

-- name: result
UPDATE photo_pair SET made_at = %(made_at)s, reason = %(reason)s, inliers = %(inliers)s,
       correlation = %(correlation)s, overlap = %(overlap)s, compared = %(compared)s, differing = %(differing)s,
       tiles = %(tiles)s::json, aligned = %(aligned)s
WHERE id = %(id)s AND made_at IS NULL
RETURNING id

-- name: pair
SELECT q.id, q.before_id, q.after_id, q.made_at, q.reason, q.inliers, q.correlation, q.overlap, q.compared,
       q.differing, q.tiles, x.display_name AS asked_by, q.aligned IS NOT NULL AS has_aligned
FROM photo_pair q LEFT JOIN account x ON x.id = q.asked_by
WHERE q.id = %(id)s AND q.incident_id = %(incident)s

-- name: aligned
SELECT aligned FROM photo_pair WHERE id = %(id)s AND aligned IS NOT NULL

-- name: verdicts
-- the newest of each tile
SELECT DISTINCT ON (v.tile) v.tile, v.verdict, v.note, v.said_at, a.display_name AS author
FROM photo_verdict v JOIN account a ON a.id = v.author_id
WHERE v.pair_id = %(pair)s ORDER BY v.tile, v.id DESC

-- name: say
INSERT INTO photo_verdict (pair_id, tile, verdict, note, author_id, said_at)
VALUES (%(pair)s, %(tile)s, %(verdict)s, %(note)s, %(author)s, %(said_at)s)
