-- Video streams and the wall that the screens of an incident share.

-- name: videos
-- those that were not ended, or the one of %(id)s, also ended
SELECT v.id, v.version, v.name, v.way, v.path, v.whep, v.vehicle_id, v.camera_id, v.synthetic, v.source,
       v.registered_at, v.ended_at, v.state, v.reason, v.state_since, v.newest_at, v.time_source, v.segment_s,
       v.codecs, ST_X(coalesce(v.geom, c.geom)) AS lon, ST_Y(coalesce(v.geom, c.geom)) AS lat
FROM video v LEFT JOIN camera c ON c.id = v.camera_id
WHERE CASE WHEN %(id)s::text IS NULL THEN v.ended_at IS NULL ELSE v.id = %(id)s END
ORDER BY v.id

-- name: put
-- a stream under its id, anew or changed; how it stands is looked at again
INSERT INTO video (id, name, way, path, whep, vehicle_id, camera_id, geom, synthetic, source, author_id)
VALUES (%(id)s, %(name)s, %(way)s, %(path)s, %(whep)s, %(vehicle)s, %(camera)s,
        ST_SetSRID(ST_Point(%(lon)s, %(lat)s), 4326), %(synthetic)s, %(source)s, %(author)s)
ON CONFLICT (id) DO UPDATE SET version = video.version + 1, name = excluded.name, way = excluded.way,
    path = excluded.path, whep = excluded.whep, vehicle_id = excluded.vehicle_id,
    camera_id = excluded.camera_id, geom = excluded.geom, synthetic = excluded.synthetic,
    source = excluded.source, author_id = excluded.author_id, ended_at = NULL, state = 'waiting',
    reason = 'not-looked-at', state_since = now(), newest_at = NULL, time_source = NULL, segment_s = NULL,
    codecs = NULL

-- name: end
UPDATE video SET version = version + 1, ended_at = now() WHERE id = %(id)s AND ended_at IS NULL

-- name: stand
-- how it stands, unless somebody else changed it since it was looked at
UPDATE video SET version = version + 1, state = %(state)s, reason = %(reason)s, newest_at = %(newest_at)s,
    time_source = %(time_source)s, segment_s = %(segment_s)s, codecs = %(codecs)s,
    state_since = CASE WHEN state = %(state)s AND reason IS NOT DISTINCT FROM %(reason)s THEN state_since
                       ELSE %(now)s END
WHERE id = %(id)s AND version = %(version)s

-- name: camera
SELECT 1 FROM camera WHERE id = %(id)s

-- name: walls
SELECT w.incident_id AS id, w.version, w.selected, w.ranking, w.changed_at, a.display_name AS author
FROM wall w LEFT JOIN account a ON a.id = w.author_id
WHERE w.incident_id = %(incident)s

-- name: set_wall
INSERT INTO wall (incident_id, version, selected, ranking, changed_at, author_id)
VALUES (%(incident)s, 1, %(selected)s, %(ranking)s, %(now)s, %(author)s)
ON CONFLICT (incident_id) DO UPDATE SET version = wall.version + 1, selected = excluded.selected,
    ranking = excluded.ranking, changed_at = excluded.changed_at, author_id = excluded.author_id
